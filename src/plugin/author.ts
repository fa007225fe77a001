// What a subject of one's own is written with: the package's export `fieldtape/plugin`.

export type { ChannelKind, Dir, GapCause, LinkChange } from "../bytes/channel.ts";
export type { Json, JsonObject } from "../bytes/json.ts";
export type {
  ChannelSettings,
  Edit,
  Elapsed,
  Fault,
  Frame,
  FrameOnWire,
  Framer,
  FramerConfig,
  FramerInput,
  FramerOutput,
  Machine,
  Session,
  SessionInput,
  SessionOutput,
  Span,
  Step,
} from "../machine/machine.ts";
export type { Nanos } from "../time/nanos.ts";
export { type NamedFramer, PLUGIN_ABI, type PluginModule, type PluginParts } from "./abi.ts";
export type { Feed, Feeding } from "./feed.ts";
export { type FramerWire, type LegacyFramerOptions, legacyFramer } from "./legacy-framer.ts";
export { type Following, legacySession, type SessionWire } from "./legacy-session.ts";
export {
  type XstateActor,
  type XstateActorOptions,
  type XstateSessionOptions,
  xstateSession,
} from "./xstate-session.ts";
