/**
 * The binary frames of the stream, for clients that ask for `"format":"protobuf"`. Numbers in JSON that have decimals are
 * whole numbers here, in the unit of the last decimal that the JSON shows; what is null there is absent here.
 */
export const PROTO = `syntax = "proto3";
package cheji.stream.v1;

message Frame {
  oneof message {
    Positions positions = 1;
    Density density = 2;
  }
}

message Positions {
  SubscriptionId id = 1;
  bool snapshot = 2;
  repeated string gone = 3;
  repeated Item items = 4;
}

message Density {
  SubscriptionId id = 1;
  repeated Cell cells = 2;
}

message SubscriptionId {
  oneof id {
    sint64 number = 1;
    string text = 2;
  }
}

message Item {
  string vehicle_id = 1;
  optional int64 time = 2;             // ms since 1970, by the terminal's clock
  optional int64 received_at = 3;      // ms since 1970
  optional sint32 lon = 4;             // 1e-7 degrees east, in the datum of the subscription
  optional sint32 lat = 5;             // 1e-7 degrees north, in the datum of the subscription
  optional uint32 speed = 6;           // 0.1 km/h
  optional uint32 heading = 7;         // degrees clockwise from true north
  optional sint32 altitude = 8;        // metres
  uint32 alarm = 9;
  uint32 status = 10;
  optional uint64 mileage = 11;        // 0.1 km
  string source = 12;
  repeated string quality = 13;
  optional string plate = 14;
  string category = 15;
  bool online = 16;
}

message Cell {
  repeated double bbox = 1;            // west, south, east, north
  uint32 count = 2;
  uint32 moving = 3;
  uint32 emergencies = 4;
}
`;
