/** The timeline in the browser: bars moved together by mouse and by key, dates by form, and who may see what. */
import { journeys } from "./journeys.ts";
import { held, looking, moneyless } from "./timeline/looking.ts";
import { form, keyboard, resized, together } from "./timeline/moving.ts";

journeys("forecasts move on the timeline by mouse, key and form, for who may move them", [
  together,
  resized,
  keyboard,
  form,
  looking,
  held,
  moneyless,
]);
