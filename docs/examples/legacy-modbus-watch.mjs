// The old watchdog as a subject: fed by fieldtape's own Modbus/TCP framer, its timers and its clock run in the tape's time.

import { PLUGIN_ABI as ABI, legacySession } from "fieldtape/plugin";
import { OldModbusWatch } from "./old-modbus-watch.mjs";

export const PLUGIN_ABI = ABI;

export const create = (options) => ({
  framer: { subject: "modbus-tcp" },
  session: legacySession("modbus-session", (wire) => {
    const watch = new OldModbusWatch(options);
    watch.on("state", (value) => wire.say({ type: "state", ...value }));
    return (frame) => (frame.role === "request" ? watch.request(frame) : watch.reply(frame));
  }),
});
