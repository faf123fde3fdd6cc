-- What shells complete of the command, each with its own line editor, after
-- what the page of the command says.

local installed = require "spec.support.installed"
local process = require "spec.support.process"

local LOADS = {
  bash = {"bash", "--norc", "--noprofile", load = [[
    PS1='$ '; bind 'set show-all-if-ambiguous on'
    bind 'set enable-bracketed-paste off'
    eval "$(gop2p completion bash)"]]},
  zsh = {"zsh", "-f", load = [[
    PS1='$ '; autoload -Uz compinit; compinit -u -D
    eval "$(gop2p completion zsh)"]]},
  fish = {"fish", "--no-config", load = [[
    function fish_prompt; echo '$ '; end; function fish_right_prompt; end
    gop2p completion fish | source]]},
}

local function is_there(shell)
  return os.execute("command -v " .. shell .. " >/dev/null")
end

describe("completion in", function()
  local tree

  before_each(function()
    tree = installed.make()
    tree.folder:write("xyz.lua", "")
    os.execute("mkdir " .. tree.dir .. "/folder")
  end)

  after_each(function() tree:close() end)

  -- The shell on a terminal, in a folder with xyz.lua, once it has loaded
  -- the script.
  local function start(shell)
    local terminal = require "spec.support.terminal"
    local env = {PATH = tree.dir .. "/tree/bin:" .. os.getenv("PATH"),
                 HOME = tree.dir, HISTFILE = ""}
    for name, value in pairs(tree.env) do env[name] = value end
    local t = tree.folder:keep(terminal.start({"sh", "-c",
      'cd "$1" && shift && exec "$@"', "sh", tree.dir .. "/folder",
      table.unpack(LOADS[shell])}, {env = env}))
    os.rename(tree.dir .. "/xyz.lua", tree.dir .. "/folder/xyz.lua")
    for line in LOADS[shell].load:gmatch("[^\n]+") do
      t:enter((line:gsub("^%s+", "")))
    end
    t:enter "clear; echo rea''dy"
    t:shows "^ready$"
    return t
  end

  for shell in pairs(LOADS) do
    describe(shell, function()
      local t

      before_each(function()
        if is_there(shell) then t = start(shell) end
      end)

      -- What is typed becomes this with the tabulator key, but for a blank
      -- after it.
      local function completes(typed, to)
        t:type(typed, "Tab")
        t:prompts("$ " .. to)
        t:type("C-u")
        t:prompts("$")
      end

      it("knows commands, options and choices", function()
        if not is_there(shell) then return pending("needs " .. shell) end
        completes("gop2p mem", "gop2p members")
        completes("gop2p help wat", "gop2p help watch")
        completes("gop2p --vers", "gop2p --version")
        completes("gop2p watch --in", "gop2p watch --interval")
        completes("gop2p chat --join 5000 --st",
                  "gop2p chat --join 5000 --strict-name")
        completes("gop2p bot --log-level de", "gop2p bot --log-level debug")
        completes("gop2p completion z", "gop2p completion zsh")
      end)

      it("offers no more than what can follow", function()
        if not is_there(shell) then return pending("needs " .. shell) end
        for _, typed in ipairs {
          "gop2p help chat wat", "gop2p -v mem", "gop2p --help mem",
          "gop2p completion bash z", "gop2p xy mem",
          "gop2p chat --name bot --log", "gop2p bot chat --strict",
        } do
          completes(typed, typed)
        end
        completes("gop2p chat --name bot --pl",
                  "gop2p chat --name bot --plain")
      end)

      it("gives files where one is taken, and there only", function()
        if not is_there(shell) then return pending("needs " .. shell) end
        completes("gop2p bot xy", "gop2p bot xyz.lua")
        completes("gop2p bot --log xy", "gop2p bot --log xyz.lua")
        completes("gop2p bot xyz.lua xy", "gop2p bot xyz.lua xyz.lua")
        for _, typed in ipairs {
          "gop2p chat --join xy", "gop2p send --to xy", "gop2p listen xy",
          "gop2p listen --port xy", "gop2p send xy", "gop2p xy",
          "gop2p bot --log-level xy", "gop2p help xy", "gop2p version xy",
        } do
          completes(typed, typed)
        end
      end)
    end)
  end

  it("zsh without its compinit says nothing", function()
    if not is_there("zsh") then return pending("needs zsh") end
    local p <close> = assert(process.start({"sh", "-c",
      [[PATH=$1:$PATH; exec zsh -f -e -c "$2; echo over" 2>&1]], "sh",
      tree.dir .. "/tree/bin", 'eval "$(gop2p completion zsh)"'},
      {env = tree.env}))
    assert.equal("over", (p:line(20)))
    assert.equal(0, p:wait())
  end)

  it("zsh finds the script by its name, too", function()
    if not is_there("zsh") then return pending("needs zsh") end
    local p <close> = assert(process.start({"sh", "-c",
      [[PATH=$1:$PATH; mkdir -p "$2"; gop2p completion zsh >"$2/_gop2p"
      exec zsh -f -c 'fpath=($0 $fpath); autoload -Uz compinit
      compinit -u -D; echo $_comps[gop2p]' "$2" 2>&1]], "sh",
      tree.dir .. "/tree/bin", tree.dir .. "/functions"}, {env = tree.env}))
    assert.equal("_gop2p", (p:line(20)))
    assert.equal(0, p:wait())
  end)
end)
