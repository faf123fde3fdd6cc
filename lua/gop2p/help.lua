-- help.lua - what there is, in a line or two for each call.
--
-- Help is a text that is returned: the prompt shows it, and nothing is
-- printed where nobody asked.

local help = {}

local GOP2P = {
  "join(peer [, options])",
    "a node in the network of a peer, such as \"10.0.0.5:5000\"",
  "start_local_node(port [, options])",
    "a node on this machine, localhost:port",
  "start_node(address, port [, options])",
    "a node that others reach at address:port; nil: at this machine's",
  "me(port)", "the peer localhost:port",
  "peer(address, port)", "a peer; also peer(\"host:port\")",
  "run([f [, options]])", "runs f as a task, until no task is left",
  "spawn(f, ...)", "starts f(...) as a task; task:cancel() ends it",
  "sleep(seconds)", "waits, while the loop keeps running",
  "pump([seconds])", "runs one turn of the loop",
  "now()", "seconds, with fractions, on a clock that nobody sets",
  "lines([file])", "iterator over lines of standard input or a file",
  "readable(file [, timeout])", "waits until a file can be read",
  "fold(text)", "the text without case and accents, for comparing",
  "loop()", "what another event loop needs to run this one",
  "prompt([what])", "false: nodes are not served; {on_message = f}",
  "help()", "this text; node:help() is about nodes",
}

local NODE = {
  "connect(peer [, timeout])", "joins the network of a peer, such as 5000",
  "visit(peer [, timeout])", "the same to send only: not listed, for 10 s",
  "broadcast(data [, options])", "to every member; returns a receipt",
  "send(peer, data [, options])",
    "to a peer, a name, or a list; {notice = true}: not to be answered",
  "receive([timeout])", "the oldest unread message, or nil, err",
  "inbox()", "iterator over messages: type, data, from, name, to",
  "errors()", "iterator over what went wrong later",
  "events()", "iterator: who joined, left, failed, recovered, was renamed",
  "self()", "the node itself, as a peer",
  "members([state])", "the other members; with a state: the peers in it",
  "look(peer [, timeout])", "who is in the network of a peer; joins nobody",
  "member(peer)", "what is known of one: state, name, form, rtt, heard",
  "set_name(name)", "gives the node another name",
  "is_connected()", "whether there is any other member",
  "stats()", "counts of the node, and what is known of its peers",
  "leave([timeout])", "says goodbye to every member",
  "close()", "ends the node; also stop(), and <close>",
  "stop()", "the same as close()",
  "wait()", "waits until the node is stopped",
  "help()", "this text",
}

local RECEIPT =
  "receipt:wait([timeout]) gives true once all have got it, or nil, err:\n"
  .. "err.failed maps each peer that did not get it to its own error."

-- The lines for what 'there' has of the list.
local function lines(list, prefix, there)
  local out = {}
  for i = 1, #list, 2 do
    if there[list[i]:match("^[%l_]+")] then
      local call = prefix .. list[i]
      local gap = #call < 28 and (" "):rep(28 - #call) or
                  "\n" .. (" "):rep(28)
      out[#out + 1] = call .. gap .. list[i + 1]
    end
  end
  return table.concat(out, "\n")
end

-- The help on the module, which is handed in.
function help.gop2p(gop2p)
  return lines(GOP2P, "gop2p.", gop2p)
end

-- The help on nodes, whose methods are handed in.
function help.node(methods)
  return lines(NODE, "node:", methods) .. "\n" .. RECEIPT
end

return help
