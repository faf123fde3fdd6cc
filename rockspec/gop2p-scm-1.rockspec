rockspec_format = "3.0"
package = "gop2p"
version = "scm-1"

source = {
  url = "git+https://github.com/gop2p/gop2p-lua.git",
}

description = {
  summary = "A node of a small peer-to-peer network, for scripts and prompts",
  detailed = [[
    Joins a network in which every node knows every member and speaks plain
    HTTP to each; broadcasts to all, writes to one, and leaves. Speaks the
    protocol of the Go library gop2p.
  ]],
  homepage = "https://github.com/gop2p/gop2p-lua",
  issues_url = "https://github.com/gop2p/gop2p-lua/issues",
  labels = {"p2p", "network", "http"},
  license = "MIT",
}

supported_platforms = {"unix"}

dependencies = {
  "lua >= 5.4",
  "lua-cjson >= 2.1.0",
  "argparse >= 0.7.1",
}

external_dependencies = {
  EVENT = {
    header = "event2/http.h",
    library = "event_extra",
  },
}

-- `make modules` writes what stands below, and `make lint` sees to it.
build = {
  type = "builtin",
  modules = {
    ["gop2p.core"] = {
      sources = {
        "csrc/gp_base64.c",
        "csrc/gp_blob.c",
        "csrc/gp_client.c",
        "csrc/gp_client_find.c",
        "csrc/gp_client_link.c",
        "csrc/gp_contact.c",
        "csrc/gp_detect.c",
        "csrc/gp_err.c",
        "csrc/gp_errand.c",
        "csrc/gp_event.c",
        "csrc/gp_evhttp.c",
        "csrc/gp_frame.c",
        "csrc/gp_heap.c",
        "csrc/gp_host.c",
        "csrc/gp_join.c",
        "csrc/gp_loop.c",
        "csrc/gp_members.c",
        "csrc/gp_message.c",
        "csrc/gp_node.c",
        "csrc/gp_node_serve.c",
        "csrc/gp_patience.c",
        "csrc/gp_peer.c",
        "csrc/gp_peerlist.c",
        "csrc/gp_queue.c",
        "csrc/gp_random.c",
        "csrc/gp_receipt.c",
        "csrc/gp_repair.c",
        "csrc/gp_server.c",
        "csrc/gp_server_conn.c",
        "csrc/gp_server_listen.c",
        "csrc/gp_server_refuse.c",
        "csrc/gp_signal.c",
        "csrc/gp_sim.c",
        "csrc/gp_sim_request.c",
        "csrc/gp_station.c",
        "csrc/gp_stats.c",
        "csrc/gp_trial.c",
        "csrc/gp_wire.c",
        "csrc/gp_wire_header.c",
        "csrc/gp_wire_json.c",
        "csrc/lgp_core.c",
        "csrc/lgp_json.c",
        "csrc/lgp_libedit.c",
        "csrc/lgp_loop.c",
        "csrc/lgp_node.c",
        "csrc/lgp_options.c",
        "csrc/lgp_prompt.c",
        "csrc/lgp_readline.c",
        "csrc/lgp_receipt.c",
        "csrc/lgp_stats.c",
        "csrc/lgp_terminal.c",
        "csrc/lgp_values.c",
      },
      defines = {"_GNU_SOURCE"},
      libraries = {"event_extra", "event_core"},
      incdirs = {"$(EVENT_INCDIR)"},
      libdirs = {"$(EVENT_LIBDIR)"},
    },
    ["gop2p.check"] = "lua/gop2p/check.lua",
    ["gop2p.cli.bot"] = "lua/gop2p/cli/bot.lua",
    ["gop2p.cli.chat"] = "lua/gop2p/cli/chat.lua",
    ["gop2p.cli"] = "lua/gop2p/cli/init.lua",
    ["gop2p.cli.listen"] = "lua/gop2p/cli/listen.lua",
    ["gop2p.cli.members"] = "lua/gop2p/cli/members.lua",
    ["gop2p.cli.network"] = "lua/gop2p/cli/network.lua",
    ["gop2p.cli.repl"] = "lua/gop2p/cli/repl.lua",
    ["gop2p.cli.send"] = "lua/gop2p/cli/send.lua",
    ["gop2p.cli.show"] = "lua/gop2p/cli/show.lua",
    ["gop2p.cli.version"] = "lua/gop2p/cli/version.lua",
    ["gop2p.cli.watch"] = "lua/gop2p/cli/watch.lua",
    ["gop2p.complete"] = "lua/gop2p/complete.lua",
    ["gop2p.help"] = "lua/gop2p/help.lua",
    ["gop2p"] = "lua/gop2p/init.lua",
    ["gop2p.input"] = "lua/gop2p/input.lua",
    ["gop2p.node"] = "lua/gop2p/node.lua",
    ["gop2p.plain"] = "lua/gop2p/plain.lua",
    ["gop2p.prompt"] = "lua/gop2p/prompt.lua",
    ["gop2p.receipt"] = "lua/gop2p/receipt.lua",
    ["gop2p.scheduler"] = "lua/gop2p/scheduler.lua",
    ["gop2p.timers"] = "lua/gop2p/timers.lua",
    ["gop2p.unread"] = "lua/gop2p/unread.lua",
    ["gop2p.values"] = "lua/gop2p/values.lua",
  },
  install = {
    bin = {
      "lua/bin/gop2p",
    },
  },
}
