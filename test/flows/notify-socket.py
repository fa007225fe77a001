"""A service manager's ear for tests: prints each datagram that comes to the socket at the path in argv, blanks for line breaks."""
import socket, sys

ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ear.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(ear.recv(65536).decode().strip().replace("\n", " "), flush=True)
