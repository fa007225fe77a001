import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import process from "node:process";
import { systemCode } from "../../errors.ts";
import { type Finding, note, ok, problem } from "./finding.ts";

/** Modbus TCP's own port: the one below 1024 that fieldtape is asked to listen on. */
const MODBUS = 502;
const UNPRIVILEGED = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/** Whether this user may listen: on this machine itself, and on ports that need rights. */
export async function examineNetwork(): Promise<readonly Finding[]> {
  const [four, six] = [await refusal("127.0.0.1"), await refusal("::1")];
  return [
    four === undefined
      ? ok("ports", "can listen on 127.0.0.1")
      : problem("ports", `cannot listen on 127.0.0.1 (${four})`, "is the loopback interface up? ip link set lo up"),
    six === undefined ? ok("ports, IPv6", "can listen on ::1") : note("ports, IPv6", `cannot listen on ::1 (${six})`),
    privileged(),
  ];
}

/** The system's code when nobody can listen there. */
async function refusal(host: string): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(0, host);
    await once(server, "listening");
    return undefined;
  } catch (thrown) {
    return systemCode(thrown) ?? String(thrown);
  } finally {
    server.close();
  }
}

function privileged(): Finding {
  const about = "ports below 1024";
  if (process.platform === "win32" || process.getuid?.() === 0) return ok(about, "may be listened on");
  const first = firstUnprivileged();
  if (first <= MODBUS) return ok(about, `may be listened on from ${first}`);
  return note(
    about,
    `this user may not listen on them (Modbus has ${MODBUS})`,
    `listen on a port from ${first}, or let everybody: sysctl net.ipv4.ip_unprivileged_port_start=${MODBUS}`,
  );
}

function firstUnprivileged(): number {
  try {
    return Number(readFileSync(UNPRIVILEGED, "utf8"));
  } catch {
    return 1024;
  }
}
