const TYPE = '"type":"alert",';

/** A step as it stands among messages of other types: `{"type":"alert","cursor":…,"transition":…,"alert":…}` of what `AlertFeed.text` writes. */
export function typedStep(text: string): string {
  return `{${TYPE}${text.slice(1)}`;
}

/** The way back. */
export function untypedStep(text: string): string {
  return `{${text.slice(1 + TYPE.length)}`;
}
