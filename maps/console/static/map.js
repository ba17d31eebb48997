// Entry of the map page: folium's shell has made `map_park`; the service gives the data.
import { startConsole } from "./console.js";
import { startLive } from "./live.js";
import "./search.js";
import { serviceSource } from "./source.js";

startConsole(window.map_park, serviceSource()).then((app) => app && startLive(app));
