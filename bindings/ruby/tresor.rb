# frozen_string_literal: true

# tresor from Ruby's fiddle: a container, a backup to a folder, and a store of one's own in Ruby.
#
#     ruby tresor.rb [LIBTRESOR [FOLDER]]      in FOLDER come `safe` and `state.json`
#
# Copy from it: the declarations are those of tresor.h, and Tresor.call is what stands around them.
require "fiddle/import"
require "json"

module Tresor
  module C
    extend Fiddle::Importer
    dlload ARGV[0] || "libtresor.so.1"
    typealias "unsigned", "unsigned int"

    <<~HEADER.split(";").map(&:strip).reject(&:empty?).each { |declaration| extern declaration }
      const char *tresor_version(void);
      unsigned tresor_abi_version(void);
      const char *tresor_status_name(int status);
      const char *tresor_error_text(void);
      int64_t tresor_error_retry_after(void);
      int tresor_error_http_status(void);
      int tresor_error_set(int status, const char *text);
      void tresor_error_set_answer(int64_t retry_after, int http_status);
      size_t tresor_struct_size(const char *name);
      void tresor_buf_dispose(tresor_buf *buf);
      int64_t tresor_time_now(void);
      int tresor_keys_derive(tresor_keys **out, const char *password, size_t password_size,
                             const char *identity);
      void tresor_keys_free(tresor_keys *keys);
      int tresor_container_seal(tresor_buf *out, const void *json, size_t json_size,
                                const tresor_keys *keys);
      int tresor_container_open(tresor_buf *json, tresor_buf *findings, const void *container,
                                size_t container_size, const tresor_keys *keys);
      int tresor_account_check(tresor_buf *canonical, tresor_account_counts *counts,
                               tresor_buf *findings, const void *json, size_t json_size,
                               const char *identity);
      int tresor_object_set(tresor_object *object, const char *name, uint64_t size,
                            int64_t modified, const char *version);
      int tresor_storage_open(tresor_storage **out, const tresor_place *place,
                              const tresor_storage_options *options);
      int tresor_storage_from_callbacks(tresor_storage **out,
                                        const tresor_storage_callbacks *callbacks);
      int tresor_reader_read_all(tresor_buf *out, tresor_reader *reader, size_t most);
      int tresor_writer_write(tresor_writer *writer, const void *bytes, size_t size);
      int tresor_visitor_show(int *more, tresor_visitor *visitor, const tresor_object *object);
      void tresor_storage_free(tresor_storage *storage);
      int tresor_storage_put_bytes(tresor_object *object, tresor_storage *storage, const char *name,
                                   const void *bytes, size_t size,
                                   const tresor_condition *condition);
      int tresor_storage_check(tresor_buf *answers, int *ok, tresor_storage *storage,
                               tresor_storage *again);
      int tresor_limits_put(tresor_storage *storage, const tresor_limits *limits);
      int tresor_states_open(tresor_states **out, const char *path);
      void tresor_states_free(tresor_states *states);
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
                              const tresor_place *place, tresor_storage *storage,
                              const char *password, size_t password_size, const char *identity);
    HEADER

    Buf = struct ["unsigned char *data", "size_t size"]
    Condition = struct ["int kind", "const char *version"]
    Place = struct ["unsigned version", "const char *location", "const char *user",
                    "const char *password", "size_t password_size", "const char *password_file",
                    "const char *ca_file", "const char *pin", "const char *proxy",
                    "const char *user_agent", "int64_t timeout", "int allow_insecure",
                    "const char *token", "size_t token_size"]
    StorageOptions = struct ["unsigned version", "int create", "tresor_progress *progress",
                             "void *payload"]
    StorageCallbacks = struct ["unsigned version", "unsigned abilities",
                               "const char *description", "void *put", "void *stat", "void *get",
                               "void *remove", "void *list", "void *clock", "void *release",
                               "void *payload"]
    Outcome = struct ["int kind", "int reason", "int64_t next_due"]

    raise Fiddle::DLError, "it has another ABI than 1" unless tresor_abi_version == 1
  rescue Fiddle::DLError => e
    abort "cannot load libtresor: #{e.message}"
  end

  INTERNAL = -1 # of tresor_status
  IO = -10
  CONFLICT = -12
  IF_ABSENT = 1
  IF_VERSION = 2
  CAN_ALL = 1 + 2 + 4 + 8 + 16 # list, put if absent, put and remove by version, any name
  MOST = 16 * 1024 * 1024 # bytes of an object in a store of one's own

  class Error < StandardError
    attr_reader :status, :text, :retry_after, :http_status

    def initialize(status, text, retry_after = -1, http_status = 0)
      @status = status
      @text = text
      @retry_after = retry_after
      @http_status = http_status
      super("#{C.tresor_status_name(status)}: #{text}")
    end
  end

  class << self
    # Calls and raises. Where the reason is asked for, no other call came between.
    def call(name, *arguments)
      status = C.public_send("tresor_#{name}", *arguments)
      error = last_error(status) unless status.zero?
      interrupted
      raise error if error
    end

    def last_error(status)
      Error.new(status, utf8(C.tresor_error_text), C.tresor_error_retry_after,
                C.tresor_error_http_status)
    end

    # Raises again what came to a callback and was not for it: an Interrupt, an exit.
    def interrupted
      exception, Thread.current[:tresor_interrupt] = Thread.current[:tresor_interrupt], nil
      raise exception if exception
    end

    # Calls a function that makes a handle, which lives as long as the block.
    def make(type, name, *arguments)
      out = memory(Fiddle::SIZEOF_VOIDP)
      call(name, out, *arguments)
      begin
        yield out.ptr
      ensure
        C.public_send("tresor_#{type}_free", out.ptr)
      end
    end

    # Calls a function whose first argument is a tresor_buf, and returns its bytes. The buffer is
    # wiped; a String of Ruby cannot be.
    def bytes(name, *arguments)
      buf = C::Buf.malloc(Fiddle::RUBY_FREE)
      call(name, buf, *arguments)
      buf.data[0, buf.size]
    ensure
      C.tresor_buf_dispose(buf)
    end

    # Lends a secret in memory of its own, which is wiped after the block. A real program reads the
    # password right into it.
    def secret(string)
      size = string.bytesize
      bytes = memory(size)
      bytes[0, size] = string
      yield bytes, size
    ensure
      bytes[0, size] = "\0" * size
    end

    # A struct with the members given, everything else 0. It keeps what its members point to.
    def filled(type, **members)
      type.malloc(Fiddle::RUBY_FREE).tap do |made|
        members.each { |name, value| made[name.to_s] = value }
        made.instance_variable_set(:@keeps, members)
      end
    end

    def memory(size) = Fiddle::Pointer.malloc(size, Fiddle::RUBY_FREE) # all 0

    # A plain C string, which ends at its first NUL: what has one inside would arrive cut. The
    # Pointer keeps the string, and keeps it from being moved by GC.compact.
    def text(string)
      raise ArgumentError, "text with a NUL inside" if string.include?("\0")

      Fiddle::Pointer["#{string.encode(Encoding::UTF_8)}\0"]
    end

    def utf8(pointer) = pointer.to_s.force_encoding(Encoding::UTF_8)

    def set_int(pointer, value)
      pointer[0, Fiddle::SIZEOF_INT] = [value].pack("i")
    end
  end

  # What a store tells of an object.
  Info = Struct.new(:name, :size, :modified, :version, keyword_init: true) do
    def write_to(pointer)
      Tresor.call(:object_set, pointer, Tresor.text(name), size, modified, Tresor.text(version))
    end
  end

  # Lends a store written in Ruby to the library as long as the block runs. The store has
  # put(name, bytes, condition) -> Info, stat(name) -> Info or nil,
  # get(name) -> [Info, bytes] or nil, remove(name, condition) -> was it there,
  # list(prefix) -> [Info], clock -> seconds.
  class Lent
    def self.open(store, description, &block)
      callbacks = Tresor.filled(C::StorageCallbacks, version: 1, abilities: CAN_ALL,
                                description: Tresor.text(description), **new(store).closures)
      Tresor.make("storage", "storage_from_callbacks", callbacks, &block)
    ensure
      callbacks # holds the closures as long as C may call them
    end

    attr_reader :closures

    def initialize(store)
      @store = store
      @closures = {
        put: closure(5) { |object, name, content, condition, _|
          bytes = Tresor.bytes(:reader_read_all, content, MOST)
          @store.put(name.to_s, bytes, condition_of(condition)).write_to(object)
        },
        stat: closure(4) { |found, object, name, _| tell(found, object, @store.stat(name.to_s)) },
        get: closure(5) { |found, object, name, into, _|
          info, bytes = @store.get(name.to_s)
          Tresor.call(:writer_write, into, bytes, bytes.bytesize) if info
          tell(found, object, info)
        },
        remove: closure(4) { |found, name, condition, _|
          Tresor.set_int(found, 1) if @store.remove(name.to_s, condition_of(condition))
        },
        list: closure(3) { |prefix, visitor, _| show(@store.list(prefix.to_s), visitor) },
        clock: closure(2) { |now, _| now[0, 8] = [@store.clock].pack("q") }
      }
    end

    private

    # An exception must not cross C: it becomes a status, and its words are noted.
    def closure(arguments)
      types = [Fiddle::TYPE_VOIDP] * arguments
      made = Fiddle::Closure::BlockCaller.new(Fiddle::TYPE_INT, types) do |*given|
        yield(*given)
        0
      rescue Exception => e # rubocop:disable Lint/RescueException
        Thread.current[:tresor_interrupt] = e unless e.is_a?(StandardError)
        note(e)
      end
      Fiddle::Pointer[made] # keeps it, and keeps it where it is
    end

    def note(exception)
      return C.tresor_error_set(INTERNAL, clean(exception.message)) unless exception.is_a?(Error)

      C.tresor_error_set(exception.status, clean(exception.text))
      C.tresor_error_set_answer(exception.retry_after, exception.http_status)
      exception.status
    end

    def clean(words) # text() that does not raise
      utf8 = words.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)
      Tresor.text(utf8.scrub.delete("\0"))
    end

    def condition_of(pointer)
      condition = C::Condition.new(pointer)
      [condition.kind, condition.version.to_s]
    end

    def tell(found, object, info)
      return unless info

      info.write_to(object)
      Tresor.set_int(found, 1)
    end

    def show(infos, visitor)
      more = Tresor.memory(Fiddle::SIZEOF_INT)
      object = Tresor.memory(C.tresor_struct_size("tresor_object"))
      infos.each do |info|
        info.write_to(object)
        Tresor.call(:visitor_show, more, visitor, object)
        return if more[0, Fiddle::SIZEOF_INT].unpack1("i").zero?
      end
    end
  end
end

# A store of one's own: each object is a string in a hash.
class Shelf
  Kept = Struct.new(:bytes, :modified, :version)

  attr_accessor :full

  def initialize
    @objects = {}
    @puts = 0
  end

  def put(name, bytes, condition)
    raise Tresor::Error.new(Tresor::IO, "the shelf is full") if full

    allow(name, condition)
    @objects[name] = Kept.new(bytes, clock, "v#{@puts += 1}")
    stat(name)
  end

  def stat(name)
    kept = @objects[name] or return
    Tresor::Info.new(name: name, size: kept.bytes.bytesize, modified: kept.modified,
                     version: kept.version)
  end

  def get(name)
    info = stat(name) and [info, @objects[name].bytes]
  end

  def remove(name, condition)
    return false unless @objects.key?(name)

    allow(name, condition)
    @objects.delete(name)
    true
  end

  def list(prefix)
    @objects.keys.select { |name| name.start_with?(prefix) }.map { |name| stat(name) }
  end

  def clock = Time.now.to_i

  private

  def allow(name, (kind, version))
    kept = @objects[name]
    if kind == Tresor::IF_ABSENT && kept
      raise Tresor::Error.new(Tresor::CONFLICT, "it exists already")
    elsif kind == Tresor::IF_VERSION && kept&.version != version
      raise Tresor::Error.new(Tresor::CONFLICT, "it was changed meanwhile")
    end
  end
end

# The steps.
class Program
  ID = "ECHOECHO"
  DAY = 24 * 60 * 60

  def initialize(folder)
    @folder = folder
    @steps = 0
  end

  def run
    library
    container
    backup
    store_of_its_own
    puts "everything held"
  end

  private

  def say(step, words) = puts("#{@steps += 1} #{step}: #{words}")

  def hold(held, otherwise)
    raise otherwise unless held
  end

  def with_keys(password, &block)
    Tresor.secret(password) do |bytes, size|
      Tresor.make("keys", :keys_derive, bytes, size, ID, &block)
    end
  end

  def account(nickname)
    private_key = ["\x07" * 32].pack("m0")
    JSON.generate(info: { version: 1 }, user: { privatekey: private_key, nickname: nickname })
  end

  def library
    say "library", "tresor #{Tresor::C.tresor_version}, ABI #{Tresor::C.tresor_abi_version}"
  end

  def container
    json = account("Zoë")
    sealed = with_keys("three quiet otters") do |keys|
      sealed = Tresor.bytes(:container_seal, json, json.bytesize, keys)
      opened = Tresor.bytes(:container_open, nil, sealed, sealed.bytesize, keys)
      hold opened == json.b, "something else came out"
      sealed
    end
    say "container", "#{sealed.bytesize} bytes sealed, the same came out"
    with_keys("three loud otters") do |keys|
      Tresor.bytes(:container_open, nil, sealed, sealed.bytesize, keys)
      raise "it was opened"
    rescue Tresor::Error => e
      say "wrong password", e.message
    end
  end

  def backup
    location = Tresor.text("#{@folder}/safe")
    place = Tresor.filled(Tresor::C::Place, version: 1, location: location)
    options = Tresor.filled(Tresor::C::StorageOptions, version: 1, create: 1)
    Tresor.make("storage", :storage_open, place, options) do |store|
      Tresor.call(:limits_put, store, nil) # once
    end
    Tresor.secret("three quiet otters") do |password, size|
      later = account("Zoë 🦦")
      enable_and_tick(place, password, size, account("Zoë"), later)
      restore(place, password, size, later)
    end
  end

  def enable_and_tick(place, password, size, first, later)
    now = Tresor::C.tresor_time_now
    enabled, ticked = Array.new(2) { Tresor.filled(Tresor::C::Outcome) }
    Tresor.make("states", :states_open, Tresor.text("#{@folder}/state.json")) do |states|
      Tresor.make("client", :client_create, states, nil, nil) do |client|
        Tresor.call(:client_enable, enabled, nil, client, password, size, ID,
                    first, first.bytesize, place, nil, 0, now)
        Tresor.call(:client_tick, ticked, nil, client, # every day: the cycle decides
                    later, later.bytesize, 0, now + DAY)
      end
    end
    say "backup", "#{told(enabled)}, a day later #{told(ticked)}"
  end

  def told(outcome)
    kind = Tresor::C.tresor_outcome_name(outcome.kind)
    "#{kind} (#{Tresor::C.tresor_reason_name(outcome.reason)})"
  end

  def restore(place, password, size, account)
    restored = Tresor.bytes(:safe_restore, nil, nil, place, nil, password, size, ID)
    expected = Tresor.bytes(:account_check, nil, nil, account, account.bytesize, ID)
    hold restored == expected, "another account came back"
    say "restore", "#{restored.bytesize} bytes, the same account"
  end

  def store_of_its_own
    shelf = Shelf.new
    Tresor::Lent.open(shelf, "a shelf in Ruby") do |store|
      answers = JSON.parse(Tresor.bytes(:storage_check, nil, store, store), symbolize_names: true)
      answers.each { |answer| hold answer[:ok], "#{answer[:name]}: #{answer[:detail]}" }
      say "store of its own", "#{answers.size} answers, all ok"
      shelf.full = true
      Tresor.call(:storage_put_bytes, nil, store, "config", "x", 1, nil)
      raise "it was put"
    rescue Tresor::Error => e
      say "its error", e.message
    end
  end
end

begin
  Program.new(ARGV[1] || ".").run
rescue StandardError => e
  abort "failed: #{e.message}"
end
