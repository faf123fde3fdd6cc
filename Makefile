# gop2p for Lua. Plain `make` builds; `make help` lists the rest.
#
# Everything that is made goes into build/, which git ignores. What has to be
# installed first is seen to by set-up; `make SETUP=: ...` leaves it out.

LUA      = lua5.4
LUAROCKS = luarocks --lua-version=5.4
CC       = gcc
CFLAGS   = -O2 -g
BUILD    = build
SETUP    = sh .ci/setup.sh
RUN      = $(LUA)

# Where Lua's headers are, libevent, libsodium and utf8proc: pkg-config is
# asked unless they are named here.
LUA_INCDIR   =
EVENT_INCDIR =
EVENT_LIBDIR =
SODIUM_INCDIR =
SODIUM_LIBDIR =
UTF8PROC_INCDIR =
UTF8PROC_LIBDIR =

# A command's output, which is asked for once and not before it is needed:
# pkg-config may be among what set-up installs. Where it fails, something is
# missing.
once = $(eval $(1) := $(shell $(2)))$(if $(filter-out 0,$(.SHELLSTATUS)), \
       $(error "$(strip $(2))" fails: "sh .ci/setup.sh" installs what is \
       missing))$($(1))

LUA_FLAGS    = $(call once,LUA_FLAGS,$(if $(LUA_INCDIR), \
               echo -I$(LUA_INCDIR),pkg-config --cflags lua5.4))
EVENT_FLAGS  = $(call once,EVENT_FLAGS,$(if $(EVENT_INCDIR), \
               echo -I$(EVENT_INCDIR), \
               pkg-config --cflags libevent_extra libevent_core))
EVENT_LIBS   = $(call once,EVENT_LIBS,$(if $(EVENT_LIBDIR), \
               echo -L$(EVENT_LIBDIR) -levent_extra -levent_core, \
               pkg-config --libs libevent_extra libevent_core))

SODIUM_FLAGS = $(call once,SODIUM_FLAGS,$(if $(SODIUM_INCDIR), \
               echo -I$(SODIUM_INCDIR),pkg-config --cflags libsodium))
SODIUM_LIBS  = $(call once,SODIUM_LIBS,$(if $(SODIUM_LIBDIR), \
               echo -L$(SODIUM_LIBDIR) -lsodium, \
               pkg-config --libs libsodium))

UTF8PROC_FLAGS = $(call once,UTF8PROC_FLAGS,$(if $(UTF8PROC_INCDIR), \
                 echo -I$(UTF8PROC_INCDIR),pkg-config --cflags libutf8proc))
UTF8PROC_LIBS  = $(call once,UTF8PROC_LIBS,$(if $(UTF8PROC_LIBDIR), \
                 echo -L$(UTF8PROC_LIBDIR) -lutf8proc, \
                 pkg-config --libs libutf8proc))

# What base/ asks, so that everything that has the core is linked to it.
CORE_LIBS    = $(SODIUM_LIBS) $(UTF8PROC_LIBS)

LUA_LIBS     = $(call once,LUA_LIBS,pkg-config --libs lua5.4)

# Where `make install` puts what: below DESTDIR, if there is one. Debian's Lua
# and shells look for themselves into these folders of /usr/local.
PREFIX  = /usr/local
BINDIR  = $(PREFIX)/bin
LUADIR  = $(PREFIX)/share/lua/5.4
CLUADIR = $(PREFIX)/lib/lua/5.4
DOCDIR  = $(PREFIX)/share/doc/gop2p
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR  = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d

# What the sources get to see of the system. With -DGP_OS_PORTABLE, too, or in
# CPPFLAGS, Linux is one of the other systems to base/os.c.
SYSTEM   = -D_GNU_SOURCE

WARNINGS = -Wall -Wextra -Wpedantic
BASE     = -std=c11 $(SYSTEM) -Icsrc -fPIC -fvisibility=hidden $(WARNINGS)
COMPILE  = $(CC) $(BASE) $(CPPFLAGS) $(CFLAGS) $(LUA_FLAGS) $(EVENT_FLAGS) \
           $(SODIUM_FLAGS) $(UTF8PROC_FLAGS)

SOURCES = $(sort $(wildcard csrc/*/*.c))
OBJECTS = $(SOURCES:csrc/%.c=$(BUILD)/obj/%.o)
CORE    = $(BUILD)/gop2p/core.so

# The tests in C know neither Lua nor libevent, and neither does what of the
# core is linked to them, but for what in net/ needs no libevent. Their
# allocations can be made to fail.
CTEST_SOURCES = $(sort $(wildcard spec/c/*.c))
CTEST_OBJECTS = $(CTEST_SOURCES:spec/c/%.c=$(BUILD)/spec/%.o)
CTEST_CORE    = $(filter-out $(addprefix $(BUILD)/obj/,lua/% net/%), \
                $(OBJECTS)) \
                $(addprefix $(BUILD)/obj/net/,descriptors.o ration.o)
CTEST         = $(BUILD)/spec/core_test
CTEST_WRAP    = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free

# Runs a Lua script with one allocation after the other failing.
STARVE = $(BUILD)/spec/starve

# An interpreter that loads its readline.
PROMPT = $(BUILD)/spec/prompt

# What specs load: Lua modules that fork and start threads, and a terminal
# that is slow to forget.
LOADED = $(addprefix $(BUILD)/,forking.so threading.so flushing.so)

# Each fuzzer is a program of its own, with clang's libFuzzer and both
# sanitizers, with the same parts of the core, and with Lua for lua-cjson.
SECONDS        = 60
FUZZ_SOURCES   = $(sort $(wildcard spec/fuzz/*.c))
FUZZ_OBJECTS   = $(FUZZ_SOURCES:spec/fuzz/%.c=$(BUILD)/spec/%.o)
FUZZERS        = $(patsubst %.o,%,$(filter %_fuzz.o,$(FUZZ_OBJECTS)))
FUZZ_CORE      = $(CTEST_CORE) $(BUILD)/obj/lua/json.o

# Those that make and lose what the core owns; others take too long.
VALGRIND_SPECS = $(patsubst %,spec/%_spec.lua,node/message node/connect \
                 node/leave node/lifetime node/receipt wire/request \
                 wire/response)

# The checkout wins over what is installed; what the user has set comes next,
# then Lua's own paths (an empty entry). The names with the version in them
# win over those without.
HERE := $(CURDIR)
export LUA_PATH_5_4 := $(HERE)/lua/?.lua;$(HERE)/lua/?/init.lua;$\
  $(HERE)/?.lua;$(or $(LUA_PATH_5_4),$(LUA_PATH),;)
export LUA_CPATH_5_4 := $(HERE)/$(BUILD)/?.so;$\
  $(or $(LUA_CPATH_5_4),$(LUA_CPATH),;)
export LUA LUAROCKS CC BUILD

# Shows the short form of a command, or with V=1 the command itself.
show = $(if $(V),,@echo '  $(1) $@';)

# The second make reads this file again, with everything installed. It may
# use the whole machine, unless it was said how much.
AGAIN = --no-print-directory \
        $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# What is built, and run, with the sanitizers.
SANITIZED = BUILD=build/asan RUN='sh .ci/asan.sh' \
  CFLAGS='-O1 -g -fno-omit-frame-pointer \
    -fsanitize=address,undefined -fno-sanitize-recover=undefined' \
  LDFLAGS='$(LDFLAGS) -Wl,-z,nodelete'

.PHONY: build ctest sim years help setup demo chat install uninstall test \
        mutants starve asan fuzz fuzzers storm lies bench bare stress valgrind \
        lint format modules rock specs clean
.DELETE_ON_ERROR:

build: $(CORE) ## build the C core (the default)
	@:

$(CORE): $(OBJECTS)
	@mkdir -p $(@D)
	$(call show,link)$(CC) -shared $(CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) \
	  $(EVENT_LIBS) $(CORE_LIBS) $(LDLIBS)

$(BUILD)/obj/%.o: csrc/%.c Makefile
	@mkdir -p $(@D)
	$(call show,cc)$(COMPILE) -MMD -MP -c -o $@ $<

$(CTEST): $(CTEST_OBJECTS) $(CTEST_CORE)
	@mkdir -p $(@D)
	$(call show,link)$(CC) $(CFLAGS) $(LDFLAGS) $(CTEST_WRAP) -o $@ \
	  $(CTEST_OBJECTS) $(CTEST_CORE) $(CORE_LIBS) -lm

$(BUILD)/spec/%.o: spec/c/%.c Makefile
	@mkdir -p $(@D)
	$(call show,cc)$(CC) $(BASE) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c \
	  -o $@ $<

$(STARVE): spec/support/starve.c Makefile
	@mkdir -p $(@D)
	$(call show,cc)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g \
	  -fno-builtin -rdynamic $(LUA_FLAGS) -o $@ $< $(LUA_LIBS) -ldl

$(PROMPT): spec/support/prompt.c Makefile
	@mkdir -p $(@D)
	$(call show,cc)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g \
	  $(LUA_FLAGS) -o $@ $< $(LUA_LIBS) -ldl

$(LOADED): $(BUILD)/%.so: spec/support/%.c Makefile
	@mkdir -p $(@D)
	$(call show,cc)$(CC) $(BASE) $(LUA_FLAGS) -shared -o $@ $<

$(FUZZERS): %_fuzz: %_fuzz.o $(BUILD)/spec/fuzz.o $(FUZZ_CORE)
	$(call show,link)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ \
	  $(LUA_LIBS) $(CORE_LIBS) -lm

$(BUILD)/spec/bare: spec/bench/bare.c Makefile
	@mkdir -p $(@D)
	$(call show,link)$(CC) $(BASE) $(CFLAGS) $(EVENT_FLAGS) -o $@ $< \
	  $(EVENT_LIBS)

bare: $(BUILD)/spec/bare
	@:

$(FUZZ_OBJECTS): $(BUILD)/spec/%.o: spec/fuzz/%.c Makefile
	@mkdir -p $(@D)
	$(call show,cc)$(COMPILE) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d) $(CTEST_OBJECTS:.o=.d) $(FUZZ_OBJECTS:.o=.d)

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## install what is missing to build, run, test and check
	@$(SETUP) all

demo: ## an entry node, a bot and a visitor talk to each other
	@$(SETUP) demo
	@$(MAKE) $(AGAIN) build
	@$(LUA) lua/gop2p/examples/demo.lua

chat: ## chat in the terminal: make chat PORT=5001 JOIN=localhost:5000
	@$(SETUP) demo
	@$(MAKE) $(AGAIN) build
	@$(LUA) lua/gop2p/examples/chat.lua $(if $(PORT),--port $(PORT)) \
	  $(if $(JOIN),--join $(JOIN))

$(foreach name,BINDIR LUADIR CLUADIR DOCDIR BASHDIR ZSHDIR FISHDIR, \
  $(eval install uninstall: export $(name) := $($(name))))

# What root builds in a checkout of somebody else's, that one cannot remove.
install: ## install command, module, completions and pages: PREFIX=/usr/local
	@$(SETUP) demo
	@[ "$$(id -u)" != 0 ] || [ -O . ] || $(MAKE) -q $(CORE) || \
	  { echo "install: first run 'make' as the owner of this folder" >&2; \
	    exit 1; }
	@$(MAKE) $(AGAIN) build
	@$(LUA) .ci/install.lua install

uninstall: ## remove what install has put there, with the same PREFIX
	@$(LUA) .ci/install.lua uninstall

test: ## run the specs: all, or those of SPEC='spec/node spec/c/core_spec.lua'
	@$(SETUP) test
	@$(MAKE) $(AGAIN) specs

ctest: $(CTEST) $(STARVE) $(PROMPT) $(LOADED) ## build the tests in C, which the specs run
	@:

sim: $(CTEST) ## heal simulated networks: SEEDS=1000 FIRST=1, then a table, SEED=1
	@SEEDS=$(or $(SEEDS),200) $(CTEST) \
	  'whatever happened, all that live list each other after it' \
	  'where the network does no harm, only who was at fault fails' \
	  'killed has failed within 3 s, hung within 10, in any network' \
	  'loss and standing still for 3 s make nobody fail' \
	  'a partition of two minutes heals within 30 s' \
	  'whatever liars say, the honest know and hear each other'
	@$(CTEST) --heal $(or $(SEED),1)

years: ## a bot lives for YEARS=10, with faults each week, from SEED=1 on
	@$(SETUP) test
	@YEARS=$(or $(YEARS),10) SEED=$(or $(SEED),1) \
	  $(MAKE) $(AGAIN) specs SPEC=spec/testing/years_spec.lua

specs: build ctest
	@$(RUN) .ci/specs.lua $(BUSTED_FLAGS) $(SPEC)

mutants: ## which of COUNT=300 changes of the core, drawn from SEED=1, no test notices
	@$(SETUP) test
	@$(LUA) .ci/mutants.lua $(if $(ONLY),only '$(ONLY)',$(or $(COUNT),300) \
	  $(or $(SEED),1) $(or $(FOLDERS),node wire value))

starve: build $(STARVE) ## let every allocation of Lua and the core fail once
	@$(STARVE) spec/support/starved.lua core 1 1 $(CORE)
	@$(STARVE) spec/support/starved.lua lua 1 1 $(CORE)
	@$(STARVE) spec/support/simulated.lua core 1 1 $(CORE)
	@$(STARVE) spec/support/simulated.lua lua 1 1 $(CORE)

asan: ## run the specs under the address, leak and undefined sanitizers
	@$(SETUP) asan
	@$(MAKE) $(AGAIN) specs $(SANITIZED)

fuzz: ## feed every decoder made-up texts: SECONDS=60 for each, SEED=1
	@$(SETUP) fuzz
	@$(MAKE) $(AGAIN) fuzzers BUILD=build/fuzz CC=clang \
	  CFLAGS='-O1 -g -fno-omit-frame-pointer \
	    -fsanitize=fuzzer-no-link,address,undefined \
	    -fno-sanitize-recover=undefined'
	@sh .ci/fuzz.sh build/fuzz $(SECONDS) $(or $(SEED),0)

storm: ## live nodes under spoilt requests and lies: SECONDS=60 SEED=1
	@$(SETUP) asan
	@$(MAKE) $(AGAIN) build
	@$(LUA) spec/storm/storm.lua $(SECONDS) $(SEED)
	@$(MAKE) $(AGAIN) lies $(SANITIZED)
	@STOP_SECONDS=20 $(RUN) .ci/busted.lua spec/node/stall_spec.lua

lies: build
	@$(RUN) spec/storm/lies.lua $(SECONDS) $(SEED)

bench: ## what a broadcast costs: all, or BENCH='rate delay hung'
	@$(SETUP) test
	@$(MAKE) $(AGAIN) build bare
	@$(LUA) spec/bench/bench.lua $(BENCH)

stress: ## the specs with a collector that never rests, in every process
	@$(SETUP) test
	@LUA_INIT_5_4='@$(HERE)/.ci/stress.lua' $(MAKE) $(AGAIN) specs

valgrind: ## some of the specs under valgrind, or those of SPEC
	@$(SETUP) valgrind
	@$(MAKE) $(AGAIN) specs RUN='sh .ci/valgrind.sh' \
	  SPEC='$(or $(SPEC),$(VALGRIND_SPECS))'

fuzzers: $(FUZZERS)
	@:

lint: ## check how the sources look, are layered and compile
	@$(SETUP) lint
	@MAKE='$(MAKE) $(AGAIN)' sh .ci/lint.sh

format: ## lay out the C sources as lint wants them
	@$(SETUP) lint
	clang-format -i csrc/*/*.[ch] spec/*/*.[ch]

modules: ## write the files there are into the rockspecs
	@$(LUA) .ci/modules.lua write

rock: ## pack a source rock into build/
	@$(SETUP) rock
	@sh .ci/rock.sh

clean: ## remove all that was made, also by a luarocks make that failed
	rm -rf build gop2p csrc/*/*.o
