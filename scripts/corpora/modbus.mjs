// Modbus recordings: modbus-serial's client and servers, and servers that misbehave on purpose.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import modbus from "modbus-serial";
import { imported, pause, record, serialPair, simulate } from "./recording.mjs";

const { default: ModbusRTU = modbus, ServerTCP = modbus.ServerTCP, ServerSerial = modbus.ServerSerial } = modbus;

/** A plant that a server of modbus-serial shows: values depend on the address, 1000 and above is not there. */
function plant() {
  const coils = new Map();
  const registers = new Map();
  /** Answers with exception 2 where the plant has nothing. */
  const there = (find) => (address, value) => {
    if (address >= 1000) throw Object.assign(new Error("no such address"), { modbusErrorCode: 2 });
    return find(address, value);
  };
  return {
    getCoil: there((address) => coils.get(address) ?? address % 3 === 0),
    getDiscreteInput: there((address) => address % 2 === 0),
    getHoldingRegister: there((address) => registers.get(address) ?? 100 + address),
    getInputRegister: there((address) => 0xfff0 + (address % 16)),
    setCoil: there((address, value) => void coils.set(address, value)),
    setRegister: there((address, value) => void registers.set(address, value)),
    readDeviceIdentification: () => ({ 0: "fieldtape", 1: "plant", 2: "1.0", 5: "corpus" }),
  };
}

async function everyFunction(client) {
  client.setID(1);
  client.setTimeout(1000);
  const refused = (asked) => asked.catch(() => undefined);
  await client.readCoils(0, 10);
  await client.readDiscreteInputs(4, 3);
  await client.readHoldingRegisters(0, 4);
  await client.readInputRegisters(14, 2);
  await client.writeCoil(7, true);
  await client.writeRegister(3, 4711);
  await client.writeCoils(8, [true, false, true]);
  await client.writeRegisters(20, [1, 65535, 258]);
  await client.readHoldingRegisters(20, 3);
  await client.readDeviceIdentification(1, 0);
  await refused(client.readHoldingRegisters(1000, 1));
  await refused(client.maskWriteRegister(3, 0xf2, 0x25));
}

export async function tcp() {
  const server = new ServerTCP(plant(), { host: "127.0.0.1", port: 15502, unitID: 1 });
  await once(server, "initialized");
  await record("modbus/every-function", ["tcp", "--listen", "127.0.0.1:15503", "--to", "127.0.0.1:15502"], async () => {
    const client = new ModbusRTU();
    await client.connectTCP("127.0.0.1", { port: 15503 });
    await everyFunction(client);
    await new Promise((done) => client.close(done));
  });
  await new Promise((done) => server.close(done));
}

export async function rtu() {
  const [device, master] = [await serialPair("device"), await serialPair("master")];
  const settings = { baudRate: 19200, parity: "even" };
  const server = new ServerSerial(plant(), { path: device.ends[0], ...settings, unitID: 1 });
  await once(server, "initialized");
  const args = ["serial", device.ends[1], "--bridge", master.ends[0], "--baud", "19200", "--format", "8E1"];
  await record("modbus/rtu-between-two-ports", args, async () => {
    const client = new ModbusRTU();
    await client.connectRTUBuffered(master.ends[1], settings);
    await everyFunction(client);
    client.setID(9); // nobody there
    client.setTimeout(300);
    await client.readCoils(0, 1).catch(() => undefined);
    await new Promise((done) => client.close(done));
  });
  await new Promise((done) => server.close(done));
  device.close();
  master.close();
}

/** A master on a serial line that tells all devices something, asks one that is not there, and goes on with another. */
export async function rtuGoesOn() {
  const [device, master] = [await serialPair("device"), await serialPair("master")];
  const settings = { baudRate: 9600, parity: "none" };
  const server = new ServerSerial(plant(), { path: device.ends[0], ...settings, unitID: 1 });
  await once(server, "initialized");
  const args = ["serial", device.ends[1], "--bridge", master.ends[0], "--baud", "9600", "--format", "8N1"];
  await record("modbus/rtu-master-goes-on", args, async () => {
    const client = new ModbusRTU();
    await client.connectRTUBuffered(master.ends[1], settings);
    const ask = async (unit, timeout, question) => {
      client.setID(unit);
      client.setTimeout(timeout);
      await question().catch(() => undefined);
    };
    await ask(1, 2000, () => client.readHoldingRegisters(0, 2));
    await ask(0, 200, () => client.writeRegister(3, 42)); // to all: nobody answers
    await ask(9, 200, () => client.readCoils(0, 1)); // nobody there
    await ask(1, 2000, () => client.readHoldingRegisters(3, 1));
    await ask(1, 2000, () => client.readHoldingRegisters(1000, 1));
    await new Promise((done) => client.close(done));
  });
  await new Promise((done) => server.close(done));
  device.close();
  master.close();
}

/** A device that answers late, twice, or not at all, by the transaction that it is asked. */
export async function slow() {
  const server = createServer((socket) => {
    socket.on("data", async (bytes) => {
      const reply = Buffer.from([bytes[0], bytes[1], 0, 0, 0, 5, bytes[6], 3, 2, 0, bytes[9]]);
      const kind = bytes[9];
      if (kind === 1) await pause(350); // late
      if (kind === 2) return; // never
      socket.write(reply);
      if (kind === 3) socket.write(reply); // twice
      if (kind === 4) socket.write(Buffer.from([0x7a, 0x69, 0, 0, 0, 5, 1, 3, 2, 0, 9])); // nobody asked
    });
  }).listen(15504, "127.0.0.1");
  await once(server, "listening");
  await record("modbus/slow-device", ["tcp", "--listen", "127.0.0.1:15505", "--to", "127.0.0.1:15504"], async () => {
    const socket = connect(15505, "127.0.0.1").resume();
    const ask = (transaction, kind) => socket.write(Buffer.from([0, transaction, 0, 0, 0, 6, 1, 3, 0, kind, 0, 1]));
    for (const [transaction, kind, wait] of [
      [1, 0, 50],
      [2, 1, 500],
      [3, 2, 300],
      [3, 2, 300],
      [4, 3, 100],
      [5, 4, 100],
      [6, 0, 50],
    ]) {
      ask(transaction, kind);
      await pause(wait);
    }
    socket.end();
    await once(socket, "close");
  });
  server.close();
}

/** A device whose link drops: in the middle of a reply, and with a request under way. */
export async function drops() {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      if (bytes[1] === 1) return void socket.write(Buffer.from([0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 42]));
      if (bytes[1] === 2)
        socket.write(Buffer.from([0, 2, 0, 0, 0, 5, 1]), () => setTimeout(() => socket.resetAndDestroy(), 50));
      else socket.destroy();
    });
  }).listen(15506, "127.0.0.1");
  await once(server, "listening");
  await record("modbus/link-drops", ["tcp", "--listen", "127.0.0.1:15507", "--to", "127.0.0.1:15506"], async () => {
    for (const transactions of [[1, 2], [3], [1]]) {
      const socket = connect(15507, "127.0.0.1");
      socket.on("error", () => {});
      for (const transaction of transactions) {
        socket.write(Buffer.from([0, transaction, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1]));
        await pause(120);
      }
      socket.end();
      await pause(100);
    }
  });
  server.close();
}

/** A capture of another program, made with a snap length that cuts off long replies: what is missing stands on the tape as gaps. */
export async function shortCapture() {
  const server = new ServerTCP(plant(), { host: "127.0.0.1", port: 15516, unitID: 1 });
  await once(server, "initialized");
  await imported("modbus/short-capture", ["-i", "lo", "-s", "80", "-f", "tcp port 15516"], async () => {
    const client = new ModbusRTU();
    await client.connectTCP("127.0.0.1", { port: 15516 });
    client.setID(1);
    for (const quantity of [1, 2, 20, 1, 60, 3]) await client.readHoldingRegisters(0, quantity);
    await new Promise((done) => client.close(done));
  });
  await new Promise((done) => server.close(done));
}

/** The simulated cold store, polled until it freezes and thaws: what the example subject watches. */
export async function coldStore() {
  const device = await simulate("thermometer", "--listen", "127.0.0.1:15508");
  await record("cold-store/freezing", ["tcp", "--listen", "127.0.0.1:15509", "--to", "127.0.0.1:15508"], async () => {
    const client = new ModbusRTU();
    await client.connectTCP("127.0.0.1", { port: 15509 });
    client.setID(1);
    for (let n = 0; n < 32; n += 1) {
      await client.readInputRegisters(0, 2);
      await pause(25);
    }
    await new Promise((done) => client.close(done));
  });
  await device.stop();
}
