"""A meter for tests: answers each line with a word and the line, on a port, as a client, or on a serial line.

usage: spawned-meter.py server|client|pty PLACE [WORD] [--say TEXT] [--die-at LINE] [--leave-at LINE] [--child FILE] [--deaf] [--date FILE]
"""
import os, socket, subprocess, sys, time

how, place, *rest = sys.argv[1:]
word = rest[0] if rest and not rest[0].startswith("--") else "ack"
option = lambda name: rest[rest.index(name) + 1] if name in rest else None

if option("--say"):
    print(option("--say"), flush=True)
    print("on stderr", file=sys.stderr, flush=True)
if option("--child"):
    child = subprocess.Popen(["sleep", "600"])
    with open(option("--child"), "w") as file:
        file.write(f"{os.getpid()} {child.pid}")
if "--deaf" in rest:
    time.sleep(600)


def talk(read, write):
    for line in iter(read, b""):
        text = line.decode().strip()
        if option("--date"):
            with open(option("--date"), "a") as file:
                file.write(f"{time.time()}\n")
        if option("--die-at") == text:
            write(b"last words\n")
            print("cannot bear " + text, file=sys.stderr, flush=True)
            os._exit(3)
        write(f"{word} {text}\n".encode())
        if option("--leave-at") == text:
            os._exit(0)


def over(connection):
    file = connection.makefile("rb")
    talk(file.readline, connection.sendall)


if how == "server":
    with socket.create_server(("127.0.0.1", int(place))) as server:
        while True:
            over(server.accept()[0])
elif how == "client":
    over(socket.create_connection(("127.0.0.1", int(place))))
else:
    with open(place, "r+b", buffering=0) as line:
        talk(line.readline, line.write)
