rockspec_format = "3.0"
package = "gop2p"
version = "0.1.0-1"

source = {
  url = "git+https://github.com/gop2p/gop2p-lua.git",
  tag = "v0.1.0",
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
        "csrc/gp_err.c",
        "csrc/gp_members.c",
        "csrc/gp_message.c",
        "csrc/gp_peer.c",
        "csrc/gp_peerlist.c",
        "csrc/gp_queue.c",
        "csrc/gp_receipt.c",
        "csrc/gp_signal.c",
        "csrc/gp_wire.c",
        "csrc/gp_wire_header.c",
        "csrc/gp_wire_json.c",
      },
      defines = {"_GNU_SOURCE"},
      libraries = {"event_extra", "event_core"},
      incdirs = {"$(EVENT_INCDIR)"},
      libdirs = {"$(EVENT_LIBDIR)"},
    },
  },
}
