import './styles/base.css';
import 'maplibre-gl/dist/maplibre-gl.css';
import './styles/layout.css';
import './styles/panels.css';
import './styles/alerts.css';
import './styles/fences.css';
import './styles/map.css';
import './styles/forms.css';
import './styles/commands.css';
import './styles/protocol.css';
import './styles/pages.css';
import { Console } from './console.js';

new Console().start();
