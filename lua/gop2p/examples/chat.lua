-- chat.lua - the command-line chat of gop2p.
--
--   lua5.4 lua/gop2p/examples/chat.lua [--port 5001] [--join localhost:5000]
--                                [--address 192.168.1.20]
--
-- It is what the command `gop2p chat` does, for those who have a checkout
-- and no command.

os.exit(require "gop2p.cli" (arg, "chat"))
