# Modbus/TCP, functions 3 and 4, as a declaration: no code. `dir` is the direction that fieldtape hears, "rx" from the device.
meta:
  id: modbus_tcp
  endian: be
params:
  - id: dir
    type: str
seq:
  - id: transaction
    type: u2
  - id: protocol
    contents: [0, 0]
  - id: length
    type: u2
    valid:
      min: 2
      max: 254
  - id: unit
    type: u1
  - id: pdu
    size: length - 1
    type: 'pdu(dir == "rx")'
instances:
  role:
    value: 'dir == "rx" ? "reply" : "request"'
types:
  pdu:
    params:
      - id: reply
        type: bool
    seq:
      - id: code
        type: u1
        valid:
          expr: _ & 0x7f == 3 or _ & 0x7f == 4
      - id: exception
        type: u1
        if: code >= 0x80
      - id: address
        type: u2
        if: not reply
      - id: quantity
        type: u2
        if: not reply
      - id: count
        type: u1
        if: reply and code < 0x80
      - id: values
        type: u2
        repeat: expr
        repeat-expr: count / 2
        if: reply and code < 0x80
    instances:
      function:
        value: code & 0x7f
