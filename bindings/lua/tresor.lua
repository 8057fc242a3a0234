-- tresor from LuaJIT: a container, a backup to a folder, and a store of one's own written in Lua.
--
--     luajit tresor.lua [LIBTRESOR [FOLDER]]      in FOLDER come `safe` and `state.json`
--
-- Copy from it: the declarations are those of tresor.h, and call() is all that stands around them.
local ffi = require "ffi"

ffi.cdef [[
const char *tresor_version(void);
unsigned tresor_abi_version(void);
const char *tresor_status_name(int status);
const char *tresor_error_text(void);
int64_t tresor_error_retry_after(void);
int tresor_error_http_status(void);
int tresor_error_set(int status, const char *text);
void tresor_error_set_answer(int64_t retry_after, int http_status);

typedef struct tresor_buf { unsigned char *data; size_t size; } tresor_buf;
void tresor_buf_dispose(tresor_buf *buf);
int64_t tresor_time_now(void);

typedef struct tresor_keys tresor_keys;
int tresor_keys_derive(tresor_keys **out, const char *password, size_t password_size,
                       const char *identity);
void tresor_keys_free(tresor_keys *keys);
int tresor_container_seal(tresor_buf *out, const void *json, size_t json_size,
                          const tresor_keys *keys);
int tresor_container_open(tresor_buf *json, tresor_buf *findings, const void *container,
                          size_t container_size, const tresor_keys *keys);

typedef struct tresor_account_counts tresor_account_counts;
int tresor_account_check(tresor_buf *canonical, tresor_account_counts *counts,
                         tresor_buf *findings, const void *json, size_t json_size,
                         const char *identity);

typedef struct tresor_object {
    char name[256];
    uint64_t size;
    int64_t modified;
    char version[256];
} tresor_object;
int tresor_object_set(tresor_object *object, const char *name, uint64_t size, int64_t modified,
                      const char *version);
typedef struct tresor_condition { int kind; const char *version; } tresor_condition;
typedef struct tresor_place {
    unsigned version;
    const char *location;
    const char *user;
    const char *password;
    size_t password_size;
    const char *password_file;
    const char *ca_file;
    const char *pin;
    const char *proxy;
    const char *user_agent;
    int64_t timeout;
    int allow_insecure;
    const char *token;
    size_t token_size;
} tresor_place;
typedef struct tresor_storage tresor_storage;
typedef int (*tresor_progress)(uint64_t done, uint64_t total, void *payload);
typedef struct tresor_storage_options {
    unsigned version;
    int create;
    tresor_progress progress;
    void *payload;
} tresor_storage_options;
int tresor_storage_open(tresor_storage **out, const tresor_place *place,
                        const tresor_storage_options *options);

typedef struct tresor_reader tresor_reader;
typedef struct tresor_writer tresor_writer;
typedef struct tresor_visitor tresor_visitor;
typedef struct tresor_storage_callbacks {
    unsigned version;
    unsigned abilities;
    const char *description;
    int (*put)(tresor_object *object, const char *name, tresor_reader *content,
               const tresor_condition *condition, void *payload);
    int (*stat)(int *found, tresor_object *object, const char *name, void *payload);
    int (*get)(int *found, tresor_object *object, const char *name, tresor_writer *into,
               void *payload);
    int (*remove)(int *found, const char *name, const tresor_condition *condition, void *payload);
    int (*list)(const char *prefix, tresor_visitor *visitor, void *payload);
    int (*clock)(int64_t *now, void *payload);
    void (*release)(void *payload);
    void *payload;
} tresor_storage_callbacks;
int tresor_storage_from_callbacks(tresor_storage **out, const tresor_storage_callbacks *callbacks);
int tresor_reader_read_all(tresor_buf *out, tresor_reader *reader, size_t most);
int tresor_writer_write(tresor_writer *writer, const void *bytes, size_t size);
int tresor_visitor_show(int *more, tresor_visitor *visitor, const tresor_object *object);
void tresor_storage_free(tresor_storage *storage);
int tresor_storage_put_bytes(tresor_object *object, tresor_storage *storage, const char *name,
                             const void *bytes, size_t size, const tresor_condition *condition);
int tresor_storage_check(tresor_buf *answers, int *ok, tresor_storage *storage,
                         tresor_storage *again);

typedef struct tresor_limits tresor_limits;
int tresor_limits_put(tresor_storage *storage, const tresor_limits *limits);

typedef struct tresor_states tresor_states;
int tresor_states_open(tresor_states **out, const char *path);
void tresor_states_free(tresor_states *states);

typedef struct tresor_client tresor_client;
typedef struct tresor_client_options tresor_client_options;
typedef struct tresor_outcome { int kind; int reason; int64_t next_due; } tresor_outcome;
const char *tresor_reason_name(int reason);
const char *tresor_outcome_name(int kind);
int tresor_client_create(tresor_client **out, tresor_states *states, tresor_storage *storage,
                         const tresor_client_options *options);
void tresor_client_free(tresor_client *client);
int tresor_client_enable(tresor_outcome *out, tresor_buf *findings, tresor_client *client,
                         const char *password, size_t password_size, const char *identity,
                         const void *account, size_t account_size, const tresor_place *place,
                         const char *data, int replace, int64_t now);
int tresor_client_tick(tresor_outcome *out, tresor_buf *findings, tresor_client *client,
                       const void *account, size_t account_size, int force, int64_t now);
int tresor_safe_restore(tresor_buf *account, int64_t *modified, tresor_buf *findings,
                        const tresor_place *place, tresor_storage *storage, const char *password,
                        size_t password_size, const char *identity);

int memcmp(const void *one, const void *other, size_t size);
]]

local OK, INTERNAL, IO, CONFLICT = 0, -1, -10, -12 -- of tresor_status
local IF_ABSENT, IF_VERSION = 1, 2
local CAN_ALL = 1 + 2 + 4 + 8 + 16 -- list, put if absent, put and remove by version, any name
local MOST = 16 * 1024 * 1024 -- bytes of an object in our own store
local DAY = 24 * 60 * 60

-- Compiled code must not call what calls back into Lua.
jit.off(true, true)

local loaded, tresor = pcall(function()
  local library = ffi.load(arg[1] or "libtresor.so.1")
  if library.tresor_abi_version() ~= 1 then error("it has another ABI than 1", 0) end
  return library
end)
if not loaded then
  io.stderr:write("cannot load libtresor: ", (tresor:gsub("^.-:%d+: ", "")), "\n")
  os.exit(1)
end

---- call and raise

local Failure = {} -- {status = ..., text = ...}, and what a server has said: what is raised
function Failure.__tostring(failure)
  return ffi.string(tresor.tresor_status_name(failure.status)) .. ": " .. failure.text
end

local function fail(status, text, retry_after, http_status)
  error(setmetatable({status = status, text = text, retry_after = retry_after or -1,
                      http_status = http_status or 0}, Failure), 0)
end

local function call(name, ...)
  local status = tresor["tresor_" .. name](...)
  if status ~= OK then
    fail(status, ffi.string(tresor.tresor_error_text()), tresor.tresor_error_retry_after(),
         tresor.tresor_error_http_status())
  end
end

-- Calls a function that makes a handle. The handle is freed by free(), or else by the collector.
local function make(type, name, ...)
  local out = ffi.new("tresor_" .. type .. " *[1]")
  call(name, out, ...)
  return ffi.gc(out[0], tresor["tresor_" .. type .. "_free"])
end

local function free(type, handle) -- free what was made from a handle before the handle
  tresor["tresor_" .. type .. "_free"](ffi.gc(handle, nil))
end

---- bytes and text

local function buffer() -- disposed of, and wiped, by the collector at the latest
  return ffi.gc(ffi.new("tresor_buf"), tresor.tresor_buf_dispose)
end

-- A plain C string ends at its first NUL: what has one inside would arrive cut.
local function text(string)
  if string:find("\0", 1, true) then error("text with a NUL inside", 2) end
  return string
end

-- Lua's strings cannot be wiped. A real program reads the password into such memory at once.
local function secret(string)
  local size = #string
  local bytes = ffi.new("char[?]", size)
  ffi.copy(bytes, string, size)
  return ffi.gc(bytes, function(memory) ffi.fill(memory, size) end), size
end

-- Compared where they lie: an account holds a private key.
local function same(one, other)
  return one.size == other.size and ffi.C.memcmp(one.data, other.data, one.size) == 0
end

---- a store of one's own: each object is a string in a table

-- A Lua error must not cross C: it becomes a status, and its words are noted.
local function guarded(work)
  return function(...)
    local ok, failure = pcall(work, ...)
    if ok then return OK end
    if getmetatable(failure) ~= Failure then
      return tresor.tresor_error_set(INTERNAL, tostring(failure))
    end
    tresor.tresor_error_set(failure.status, failure.text)
    tresor.tresor_error_set_answer(failure.retry_after, failure.http_status)
    return failure.status
  end
end

local function read_all(reader)
  local bytes = buffer()
  call("reader_read_all", bytes, reader, MOST)
  local read = ffi.string(bytes.data, bytes.size)
  tresor.tresor_buf_dispose(bytes)
  return read
end

local function own_store()
  local shelf = {objects = {}, puts = 0, full = false}

  -- Fills in what is known of an object, and says whether there is one.
  local function describe(object, name)
    local kept = shelf.objects[name]
    if not kept then return false end
    call("object_set", object, name, #kept.bytes, kept.modified, kept.version)
    return true
  end

  local function allow(condition, name)
    local kept = shelf.objects[name]
    if condition.kind == IF_ABSENT and kept then fail(CONFLICT, "it exists already") end
    if condition.kind == IF_VERSION and
        not (kept and kept.version == ffi.string(condition.version)) then
      fail(CONFLICT, "it was changed meanwhile")
    end
  end

  local functions = {}

  function functions.put(object, name, content, condition)
    name = ffi.string(name)
    if shelf.full then fail(IO, "the shelf is full") end
    local bytes = read_all(content) -- all of it, before the old object goes
    allow(condition, name)
    shelf.puts = shelf.puts + 1
    shelf.objects[name] = {bytes = bytes, modified = os.time(), version = "v" .. shelf.puts}
    describe(object, name)
  end

  function functions.stat(found, object, name)
    found[0] = describe(object, ffi.string(name)) and 1 or 0
  end

  function functions.get(found, object, name, into)
    name = ffi.string(name)
    if not describe(object, name) then return end
    local bytes = shelf.objects[name].bytes
    call("writer_write", into, bytes, #bytes)
    found[0] = 1
  end

  function functions.remove(found, name, condition)
    name = ffi.string(name)
    if not shelf.objects[name] then return end
    allow(condition, name)
    shelf.objects[name] = nil
    found[0] = 1
  end

  function functions.list(prefix, visitor)
    prefix = ffi.string(prefix)
    local names = {} -- the visitor may remove what it is shown
    for name in pairs(shelf.objects) do
      if name:sub(1, #prefix) == prefix then names[#names + 1] = name end
    end
    local more, object = ffi.new("int[1]"), ffi.new("tresor_object")
    for _, name in ipairs(names) do
      if describe(object, name) then
        call("visitor_show", more, visitor, object)
        if more[0] == 0 then return end
      end
    end
  end

  function functions.clock(now) now[0] = os.time() end

  local callbacks = ffi.new("tresor_storage_callbacks",
                            {version = 1, abilities = CAN_ALL, description = "a shelf in Lua"})
  for name, work in pairs(functions) do callbacks[name] = guarded(work) end
  shelf.handle = make("storage", "storage_from_callbacks", callbacks)

  -- LuaJIT keeps callbacks until they are told to go, and has room for some hundreds only.
  function shelf.close()
    free("storage", shelf.handle)
    for name in pairs(functions) do callbacks[name]:free() end
  end
  return shelf
end

---- the steps

local ID, PASSWORD = "ECHOECHO", "three quiet otters"

local function account(nickname)
  local key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="
  return ('{"info":{"version":1},"user":{"privatekey":"%s","nickname":"%s"}}'):format(key, nickname)
end

local steps = 0
local function say(step, ...)
  steps = steps + 1
  print(steps .. " " .. step .. ": " .. string.format(...))
end

local function library()
  say("library", "tresor %s, ABI %d", ffi.string(tresor.tresor_version()),
      tresor.tresor_abi_version())
end

local function container()
  local password, size = secret(PASSWORD)
  local keys = make("keys", "keys_derive", password, size, ID)
  local json, sealed, opened = account("Zoë"), buffer(), buffer()
  call("container_seal", sealed, json, #json, keys)
  call("container_open", opened, nil, sealed.data, sealed.size, keys)
  assert(ffi.string(opened.data, opened.size) == json)
  say("container", "%d bytes sealed, the same came out", tonumber(sealed.size))

  local wrong, wrong_size = secret("three loud otters")
  local other = make("keys", "keys_derive", wrong, wrong_size, ID)
  local nothing = buffer() -- a buffer that is full is disposed of before it is used again
  local ok, failure = pcall(call, "container_open", nothing, nil, sealed.data, sealed.size, other)
  assert(not ok)
  say("wrong password", "%s", tostring(failure))
  tresor.tresor_buf_dispose(opened)
  free("keys", other)
  free("keys", keys)
end

local function backup(folder)
  local location = text(folder .. "/safe") -- lives as long as `place` points to it
  local place = ffi.new("tresor_place", {version = 1, location = location})
  local options = ffi.new("tresor_storage_options", {version = 1, create = 1})
  local store = make("storage", "storage_open", place, options)
  call("limits_put", store, nil) -- once
  free("storage", store)

  local password, size = secret(PASSWORD)
  local states = make("states", "states_open", text(folder .. "/state.json"))
  local client = make("client", "client_create", states, nil, nil) -- keeps states
  local now, first, later = tresor.tresor_time_now(), account("Zoë"), account("Zoë 🦦")
  local enabled, ticked = ffi.new("tresor_outcome"), ffi.new("tresor_outcome")
  call("client_enable", enabled, nil, client, password, size, ID, first, #first, place, nil, 0, now)
  -- every day: the cycle decides
  call("client_tick", ticked, nil, client, later, #later, 0, now + DAY)
  local function told(outcome)
    return ffi.string(tresor.tresor_outcome_name(outcome.kind)) .. " ("
      .. ffi.string(tresor.tresor_reason_name(outcome.reason)) .. ")"
  end
  say("backup", "%s, a day later %s", told(enabled), told(ticked))
  free("client", client)
  free("states", states)

  local restored, expected = buffer(), buffer()
  call("safe_restore", restored, nil, nil, place, nil, password, size, ID)
  call("account_check", expected, nil, nil, later, #later, ID)
  assert(same(restored, expected))
  say("restore", "%d bytes, the same account", tonumber(restored.size))
  tresor.tresor_buf_dispose(restored)
  tresor.tresor_buf_dispose(expected)
end

local function store_of_its_own()
  local shelf, answers, ok = own_store(), buffer(), ffi.new("int[1]")
  call("storage_check", answers, ok, shelf.handle, shelf.handle)
  local _, count = ffi.string(answers.data, answers.size):gsub('"ok":true', "")
  assert(ok[0] == 1)
  say("store of its own", "%d answers, all ok", count)

  shelf.full = true
  local failed, failure = pcall(call, "storage_put_bytes", nil, shelf.handle, "config", "x", 1, nil)
  assert(not failed)
  say("its error", "%s", tostring(failure))
  shelf.close()
end

local held, failure = pcall(function()
  library()
  container()
  backup(arg[2] or ".")
  store_of_its_own()
end)
if not held then
  io.stderr:write("failed: ", tostring(failure), "\n")
  os.exit(1)
end
print("everything held")
