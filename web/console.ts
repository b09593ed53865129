import { Stream } from '../client/index.js';
import type { Alert } from '../model/alert.js';
import { AccessKey } from './access-key.js';
import { AlertBook } from './alert-book.js';
import { ApiClient } from './api-client.js';
import type { FenceFeature } from './api-types.js';
import { consolePages } from './console-pages.js';
import { atMostEvery, el, fill, onEscape } from './dom.js';
import { FenceEditor } from './fence/fence-editor.js';
import { Fences } from './fences.js';
import { boxAround } from './fleet-box.js';
import { LiveVehicles } from './live-vehicles.js';
import { LiveView } from './live-view.js';
import { LiveMap } from './map/live-map.js';
import { PageAddress } from './page-address.js';
import type { PageReport } from './page-report.js';
import { AlertDetail } from './panels/alert-detail.js';
import { AlertList } from './panels/alert-list.js';
import { CommandPanel } from './panels/command-panel.js';
import { emptyState } from './panels/empty-state.js';
import { FenceList } from './panels/fence-list.js';
import { KeyDialog } from './panels/key-dialog.js';
import { legend } from './panels/legend.js';
import { QuirkPanel } from './panels/quirk-panel.js';
import { RoadCard } from './panels/road-card.js';
import { roadSwitch } from './panels/road-switch.js';
import { SideSwitch } from './panels/side-switch.js';
import { StatusLine } from './panels/status-line.js';
import { Tabs } from './panels/tabs.js';
import { TopBar } from './panels/top-bar.js';
import { TrackPanel } from './panels/track-panel.js';
import { VehicleList } from './panels/vehicle-list.js';
import { VehiclePanel } from './panels/vehicle-panel.js';
import { ProtocolBook } from './protocol/protocol-book.js';
import type { RoadFeature } from './roads/road-types.js';
import { Roads } from './roads/roads.js';
import { ServerStatus } from './server-status.js';
import { label } from './text/language.js';
import { VehicleCommands } from './vehicle-commands.js';

const ALERTED_REFRESH_MS = 250;
const STATES_REFRESH_MS = 10_000;

declare global {
  interface Window {
    __cheji: PageReport;
  }
}

/** The operator's console: joins the parts of the page to each other and to the server. */
export class Console {
  readonly #address = new PageAddress();
  readonly #key = new AccessKey();
  readonly #api: ApiClient;
  readonly #keyDialog: KeyDialog;
  readonly #status: ServerStatus;
  readonly #vehicles = new LiveVehicles();
  readonly #alerts: AlertBook;
  readonly #fences: Fences;
  readonly #roads: Roads;
  readonly #stream: Stream;
  readonly #view: LiveView;
  readonly #topBar: TopBar;
  readonly #statusLine: StatusLine;
  readonly #left = el('aside', 'side left');
  readonly #right = el('aside', 'side right');
  readonly #sides: SideSwitch;
  readonly #lists: HTMLElement;
  readonly #alertList: AlertList;
  readonly #alertDetail: AlertDetail;
  readonly #vehiclePanel: VehiclePanel;
  readonly #fenceEditor: FenceEditor;
  readonly #roadCard = new RoadCard(() => this.#showRoad(null));
  readonly #commands: VehicleCommands;
  readonly #book: ProtocolBook;
  readonly #report: PageReport;
  #map: LiveMap | null = null;

  constructor() {
    // Read before there is a map, which writes its own view there.
    // A bare `map` names no place.
    const placeChosen = Boolean(this.#address.get('map'));
    this.#api = new ApiClient(this.#key, () => this.#keyDialog.ask());
    this.#keyDialog = new KeyDialog(this.#key);
    this.#status = new ServerStatus(this.#api);
    this.#alerts = new AlertBook(this.#api);
    this.#fences = new Fences(this.#api);
    this.#roads = new Roads(this.#api);
    this.#stream = new Stream({
      url: new URL('v1/stream', document.baseURI),
      key: () => this.#key.value,
      onDemand: true,
      onState: (state, retryAt) => {
        this.#report.connected = state === 'connected';
        this.#topBar.setConnection(state, retryAt);
        if (state === 'refused') this.#keyDialog.ask();
      },
      onProblem: (error) => console.error('stream:', error),
    });
    this.#view = new LiveView(
      this.#stream,
      { vehicles: this.#vehicles, alerts: this.#alerts, fences: this.#fences, roads: this.#roads },
      placeChosen,
    );
    this.#topBar = new TopBar(this.#status, this.#alerts, this.#address, () => this.#stream.reconnect());
    this.#statusLine = new StatusLine(this.#status);
    this.#alertList = new AlertList(this.#alerts, this.#fences, (alert) => this.#openAlert(alert));
    this.#alertDetail = new AlertDetail(this.#alerts, this.#fences, {
      close: () => this.#closeAlert(),
      showVehicle: (id) => void this.#openVehicle(id),
      showPlace: (alert) => this.#showPlace(alert),
    });
    this.#sides = new SideSwitch(this.#alerts);
    const track = new TrackPanel(this.#api, {
      show: (shown) => {
        this.#map?.track.show(shown);
        this.#map?.fit(boxAround(shown.fixes)!);
      },
      moveMarker: (lon, lat) => this.#map?.track.moveMarker(lon, lat),
      clear: () => this.#map?.track.clear(),
    });
    this.#commands = new VehicleCommands(this.#api, this.#stream);
    this.#book = new ProtocolBook(this.#api);
    const commands = new CommandPanel(this.#commands);
    const quirks = new QuirkPanel(this.#api, this.#book);
    this.#vehiclePanel = new VehiclePanel(this.#api, this.#vehicles, track, commands, quirks, () =>
      this.#closeVehicle(),
    );
    this.#fenceEditor = new FenceEditor(
      this.#fences,
      {
        begin: (kind, width, changed) => this.#map?.draw.begin(kind, width, changed),
        change: (draft, changed) => this.#map?.draw.change(draft, changed),
        hide: (edited) => this.#map?.hideFence(edited),
        end: () => this.#map?.draw.end(),
      },
      () => this.#closeFence(),
    );
    this.#lists = new Tabs([
      ['vehicles', new VehicleList(this.#api, this.#vehicles, (id) => void this.#openVehicle(id)).element],
      [
        'fences',
        new FenceList(this.#fences, {
          show: ({ shape }) => this.#map?.fit(shape.box, 16),
          point: (id) => this.#map?.pointFence(id),
          change: (feature) => this.#openFence(feature),
        }).element,
      ],
    ]).element;
    this.#report = window.__cheji = {
      ready: false,
      connected: false,
      vehicles: () => this.#map?.drawn ?? 0,
      alerts: () => this.#alerts.byId.size,
    };
  }

  async start(): Promise<void> {
    const ground = el('div', 'map');
    const stage = el(
      'main',
      'stage',
      ground,
      legend(this.#vehicles),
      emptyState(this.#status),
      roadSwitch(this.#roads),
      this.#roadCard.element,
    );
    fill(this.#left, this.#lists);
    fill(this.#right, this.#alertList.element);
    const monitor = [this.#left, stage, this.#sides.element, this.#right];
    const pages = consolePages({
      api: this.#api,
      key: this.#key,
      address: this.#address,
      status: this.#status,
      fences: this.#fences,
      book: this.#book,
    });
    document.body.append(
      this.#topBar.element,
      this.#statusLine.banner,
      ...monitor,
      ...pages.elements,
      this.#statusLine.element,
    );
    // The page lies over the map, which goes on living below it, out of reach of the keyboard.
    const cover = () => {
      for (const part of monitor) part.inert = pages.covers;
    };
    onEscape(this.#left, () => {
      if (this.#left.contains(this.#vehiclePanel.element)) this.#closeVehicle();
      else if (this.#left.contains(this.#fenceEditor.element)) this.#closeFence();
    });
    onEscape(this.#right, () => this.#right.contains(this.#alertDetail.element) && this.#closeAlert());
    this.#address.onChange(cover);
    cover();
    this.#alerts.onChange(
      atMostEvery(ALERTED_REFRESH_MS, () => this.#vehicles.setAlerted(this.#alerts.alertedVehicles())),
    );
    this.#key.onChange(() => this.#view.connect());
    setInterval(() => this.#vehicles.refreshStates(), STATES_REFRESH_MS);
    try {
      this.#map = await LiveMap.create(
        ground,
        { vehicles: this.#vehicles, fences: this.#fences, roads: this.#roads },
        {
          viewChanged: () => this.#view.changed(),
          vehiclePicked: (id) => void this.#openVehicle(id),
          roadPicked: (road) => this.#roadCard.show(road),
          pointed: (lon, lat) => this.#statusLine.showPointer(lon, lat),
        },
      );
    } catch (error) {
      console.error(error);
      fill(ground, el('p', 'no-map', label('no-webgl')));
    }
    void this.#status.run();
    this.#view.map = this.#map;
    if (this.#key.value) this.#view.connect();
    else this.#keyDialog.ask();
    this.#report.ready = true;
  }

  async #openVehicle(id: string): Promise<void> {
    this.#fenceEditor.close();
    this.#put(this.#left, this.#vehiclePanel.element);
    this.#sides.show('left');
    const live = this.#vehicles.byId.get(id);
    this.#map?.select(id, live?.position.plate ?? id);
    const vehicle = await this.#vehiclePanel.show(id);
    if (!vehicle) return;
    this.#map?.select(id, vehicle.plate ?? id);
    const { lon, lat } = vehicle.position ?? {};
    if (!live && typeof lon === 'number' && typeof lat === 'number') this.#map?.flyTo(lon, lat);
  }

  #closeVehicle(): void {
    this.#vehiclePanel.hide();
    this.#map?.select(null);
    this.#put(this.#left, this.#lists);
  }

  /** Another panel on a side. Whoever goes by the keyboard goes on in it. */
  #put(side: HTMLElement, panel: HTMLElement): void {
    fill(side, panel);
    panel.tabIndex = -1;
    if (document.activeElement === document.body) panel.focus({ preventScroll: true });
  }

  #openFence(feature: FenceFeature | null): void {
    this.#put(this.#left, this.#fenceEditor.element);
    this.#fenceEditor.open(feature);
    this.#sides.show('left');
  }

  #closeFence(): void {
    this.#fenceEditor.close();
    this.#put(this.#left, this.#lists);
  }

  #showRoad(road: RoadFeature | null): void {
    this.#map?.showRoad(road);
    this.#roadCard.show(road);
  }

  #openAlert(alert: Alert): void {
    this.#alertDetail.show(alert);
    this.#put(this.#right, this.#alertDetail.element);
    this.#sides.show('right');
    this.#showPlace(alert);
  }

  #closeAlert(): void {
    this.#alertDetail.hide();
    this.#put(this.#right, this.#alertList.element);
    this.#map?.markAlert(null);
  }

  #showPlace(alert: Alert): void {
    const { lon, lat } = alert.position;
    if (lon !== null && lat !== null) this.#map?.flyTo(lon, lat);
    this.#map?.markAlert(alert);
    this.#map?.select(alert.vehicleId, alert.plate ?? alert.vehicleId);
  }
}
