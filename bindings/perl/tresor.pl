#!/usr/bin/perl
# tresor from Perl's FFI::Platypus: a container, a backup to a folder, and a store of one's own.
#
#     perl tresor.pl [LIBTRESOR [FOLDER]]      in FOLDER come `safe` and `state.json`
#
# Copy from it: %calls are the prototypes of tresor.h, and checked() is what stands around them.
use v5.36;
use utf8;

package Tresor::Error {
    use overload fallback => 1, '""' => sub ($self, @) {
        return Tresor::status_name($self->{status}) . ": $self->{text}";
    };
    # `answer`: what a server has said, for how many seconds to be left alone and its HTTP status
    sub throw ($class, $status, $text, @answer) {
        @answer = (-1, 0) if !@answer;
        die bless {status => $status, text => $text, answer => \@answer}, $class;
    }
}

# A handle: frees itself first, then lets go of what it was made from.
package Tresor::Handle {
    use overload '0+' => sub ($self, @) { $self->{pointer} }, fallback => 1;
    sub DESTROY ($self) { $self->{free}->($self->{pointer}) }
}

# Memory of its own for a password, wiped when it goes: a string of Perl may lie in several places.
# A real program reads the password right into it.
package Tresor::Secret {
    use FFI::Platypus::Buffer qw(scalar_to_pointer);
    use FFI::Platypus::Memory qw(malloc memcpy memset free);
    sub new ($class, $bytes) {
        my $self = bless {size => length $bytes, pointer => malloc(length $bytes)}, $class;
        memcpy($self->{pointer}, scalar_to_pointer($bytes), $self->{size});
        return $self;
    }
    sub parts ($self) { return @$self{qw(pointer size)} }
    sub DESTROY ($self) {
        memset($self->{pointer}, 0, $self->{size});
        free($self->{pointer});
    }
}

# The structs of tresor.h. What is not given to new() is 0.
package Tresor::Buf {
    use FFI::Platypus::Record;
    record_layout_1(opaque => 'data', size_t => 'size');
}

package Tresor::Condition {
    use FFI::Platypus::Record;
    record_layout_1(int => 'kind', string => 'version');
}

package Tresor::Place {
    use FFI::Platypus::Record;
    record_layout_1(
        uint         => 'version',
        'string rw'  => 'location',
        'string rw'  => 'user',
        opaque       => 'password',
        size_t       => 'password_size',
        'string rw'  => 'password_file',
        'string rw'  => 'ca_file',
        'string rw'  => 'pin',
        'string rw'  => 'proxy',
        'string rw'  => 'user_agent',
        int64_t      => 'timeout',
        int          => 'allow_insecure',
        opaque       => 'token',
        size_t       => 'token_size',
    );
}

package Tresor::StorageOptions {
    use FFI::Platypus::Record;
    record_layout_1(uint => 'version', int => 'create', opaque => 'progress', opaque => 'payload');
}

package Tresor::StorageCallbacks {
    use FFI::Platypus::Record;
    record_layout_1(
        uint        => 'version',
        uint        => 'abilities',
        'string rw' => 'description',
        opaque      => 'put',
        opaque      => 'stat',
        opaque      => 'get',
        opaque      => 'remove',
        opaque      => 'list',
        opaque      => 'clock',
        opaque      => 'release',
        opaque      => 'payload',
    );
}

package Tresor::Outcome {
    use FFI::Platypus::Record;
    record_layout_1(int => 'kind', int => 'reason', int64_t => 'next_due');
}

package Tresor {
    use Encode qw(encode_utf8 decode_utf8);
    use FFI::Platypus 2.00;
    use FFI::Platypus::Buffer qw(buffer_to_scalar scalar_to_pointer);
    use FFI::Platypus::DL qw(dlopen dlerror RTLD_PLATYPUS_DEFAULT);
    use FFI::Platypus::Memory qw(memcpy);

    use constant {OK => 0, INTERNAL => -1, IO => -10, CONFLICT => -12};
    use constant {IF_ABSENT => 1, IF_VERSION => 2};
    # list, put if absent, put and remove by version, any name
    use constant CAN_ALL => 1 + 2 + 4 + 8 + 16;
    use constant MOST => 16 * 1024 * 1024;    # bytes of an object in a store of one's own

    my $path = $ARGV[0] // 'libtresor.so.1';
    my $ffi  = FFI::Platypus->new(api => 2, lib => $path);
    $ffi->type("record(Tresor::$_->[0])*" => $_->[1])
        for [Buf => 'buf'], [Condition => 'condition'], [Place => 'place'],
        [StorageOptions => 'storage_options'], [StorageCallbacks => 'storage_callbacks'],
        [Outcome => 'outcome'];

    # Functions that return a status.
    my %calls = (
        tresor_keys_derive    => [qw(opaque* opaque size_t string)],
        tresor_container_seal => [qw(buf string size_t opaque)],
        tresor_container_open => [qw(buf buf string size_t opaque)],
        tresor_account_check  => [qw(buf opaque buf string size_t string)],
        tresor_object_set     => [qw(opaque string uint64_t int64_t string)],
        tresor_storage_open   => [qw(opaque* place storage_options)],
        tresor_storage_from_callbacks => [qw(opaque* storage_callbacks)],
        tresor_reader_read_all   => [qw(buf opaque size_t)],
        tresor_writer_write      => [qw(opaque string size_t)],
        tresor_visitor_show      => [qw(int* opaque opaque)],
        tresor_storage_put_bytes => [qw(opaque opaque string string size_t condition)],
        tresor_storage_check     => [qw(buf int* opaque opaque)],
        tresor_limits_put        => [qw(opaque opaque)],
        tresor_states_open       => [qw(opaque* string)],
        tresor_client_create     => [qw(opaque* opaque opaque opaque)],
        tresor_client_enable     => [
            qw(outcome buf opaque opaque size_t string string size_t place string int int64_t)],
        tresor_client_tick  => [qw(outcome buf opaque string size_t int int64_t)],
        tresor_safe_restore => [qw(buf int64_t* buf place opaque opaque size_t string)],
    );
    # Functions that cannot fail.
    my %others = (
        tresor_version           => [[] => 'string'],
        tresor_abi_version       => [[] => 'uint'],
        tresor_status_name       => [['int'] => 'string'],
        tresor_error_text        => [[] => 'string'],
        tresor_error_retry_after => [[] => 'int64_t'],
        tresor_error_http_status => [[] => 'int'],
        tresor_error_set         => [['int', 'string'] => 'int'],
        tresor_error_set_answer  => [['int64_t', 'int'] => 'void'],
        tresor_struct_size       => [['string'] => 'size_t'],
        tresor_buf_dispose       => [['buf'] => 'void'],
        tresor_time_now          => [[] => 'int64_t'],
        tresor_keys_free         => [['opaque'] => 'void'],
        tresor_storage_free      => [['opaque'] => 'void'],
        tresor_states_free       => [['opaque'] => 'void'],
        tresor_client_free       => [['opaque'] => 'void'],
        tresor_reason_name       => [['int'] => 'string'],
        tresor_outcome_name      => [['int'] => 'string'],
    );

    # Calls and dies. Where the reason is asked for, no other call came between.
    sub checked {
        my $call   = shift;
        my $status = &$call;    # with the caller's own arguments, not copies of them
        return if $status == OK;
        Tresor::Error->throw($status, decode_utf8(Tresor::error_text()),
            Tresor::error_retry_after(), Tresor::error_http_status());
    }

    sub short ($name) { return $name =~ s/^tresor_//r }

    eval {
        dlopen($path, RTLD_PLATYPUS_DEFAULT) or die dlerror() . "\n";    # else it would only warn
        $ffi->attach([$_ => short($_)] => $others{$_}->@*) for sort keys %others;
        $ffi->attach([$_ => short($_)] => $calls{$_} => 'int', \&checked) for sort keys %calls;
        abi_version() == 1 or die "it has another ABI than 1\n";
        1;
    } or do {
        print STDERR "cannot load libtresor: $@";
        exit 1;
    };

    # Calls a function that makes a handle; `keeps` are the handles that must outlive it.
    sub make ($type, $call, $arguments, @keeps) {
        my $pointer;
        $call->(\$pointer, @$arguments);
        my $free = Tresor->can("${type}_free");
        return bless {pointer => $pointer, free => $free, keeps => \@keeps}, 'Tresor::Handle';
    }

    # Calls a function whose first argument is a tresor_buf, and returns its bytes. The buffer is
    # wiped; a string of Perl cannot be. After a failure there is nothing to dispose of.
    sub bytes ($call, @arguments) {
        my $buf = Tresor::Buf->new;
        $call->($buf, @arguments);
        my $bytes = buffer_to_scalar($buf->data, $buf->size);
        buf_dispose($buf);
        return $bytes;
    }

    # A plain C string ends at its first NUL: what has one inside would arrive cut.
    sub text ($string) {
        die "text with a NUL inside\n" if $string =~ /\0/;
        return encode_utf8($string);
    }

    # Writes what a callback gives out.
    sub poke ($pointer, $template, @values) {
        my $bytes = pack $template, @values;
        memcpy($pointer, scalar_to_pointer($bytes), length $bytes);
        return;
    }

    # A Perl error must not cross C: it becomes a status, and its words are noted.
    sub guarded ($work) {
        return sub (@given) {
            return OK if eval { $work->(@given); 1 };
            my $error = $@;
            return error_set(INTERNAL, encode_utf8("$error"))
                if !(ref $error && $error->isa('Tresor::Error'));
            error_set($error->{status}, encode_utf8($error->{text}));
            error_set_answer($error->{answer}->@*);
            return $error->{status};
        };
    }

    # Lends a store written in Perl to the library. It has put($name, $bytes, $condition),
    # stat($name), get($name, $write), remove($name, $condition), list($prefix) and clock(). What
    # they tell of an object is [name, size, modified, version], or nothing.
    sub lend ($own, $description) {
        my $tell = sub ($found, $object, $info) {
            return if !$info;
            object_set($object, @$info);
            poke($found, 'i', 1);
        };
        my $put = sub ($object, $name, $content, $if, $) {
            my $bytes = bytes(\&reader_read_all, $content, MOST);
            object_set($object, $own->put($name, $bytes, $if)->@*);
        };
        my $stat = sub ($found, $object, $name, $) {
            $tell->($found, $object, scalar $own->stat($name));
        };
        my $get = sub ($found, $object, $name, $into, $) {
            my $write = sub ($bytes) { writer_write($into, $bytes, length $bytes) };
            $tell->($found, $object, scalar $own->get($name, $write));
        };
        my $remove = sub ($found, $name, $if, $) {
            poke($found, 'i', 1) if $own->remove($name, $if);
        };
        my $list  = sub ($prefix, $visitor, $) { show($visitor, $own->list($prefix)) };
        my $clock = sub ($now, $) { poke($now, 'q', $own->clock) };

        my %functions = (
            put    => ['(opaque,string,opaque,condition,opaque)->int', $put],
            stat   => ['(opaque,opaque,string,opaque)->int', $stat],
            get    => ['(opaque,opaque,string,opaque,opaque)->int', $get],
            remove => ['(opaque,string,condition,opaque)->int', $remove],
            list   => ['(string,opaque,opaque)->int', $list],
            clock  => ['(opaque,opaque)->int', $clock],
        );
        my (%pointers, @closures);
        for my $name (keys %functions) {
            my ($type, $work) = $functions{$name}->@*;
            push @closures, my $closure = $ffi->closure(guarded($work));
            $pointers{$name} = $ffi->cast($type => 'opaque', $closure);
        }
        my $callbacks = Tresor::StorageCallbacks->new(
            version => 1, abilities => CAN_ALL, description => text($description), %pointers);
        # The handle keeps the closures: C may call them as long as it lives.
        return make('storage', \&storage_from_callbacks, [$callbacks], @closures);
    }

    sub show ($visitor, @infos) {
        my $memory = "\0" x struct_size('tresor_object');
        my $object = scalar_to_pointer($memory);
        for my $info (@infos) {
            object_set($object, @$info);
            visitor_show(\my $more, $visitor, $object);
            return if !$more;
        }
        return;
    }
}

# A store of one's own: each object is a string in a hash.
package Shelf {
    sub new ($class) { return bless {objects => {}, puts => 0, full => 0}, $class }

    sub put ($self, $name, $bytes, $condition) {
        Tresor::Error->throw(Tresor::IO, 'the shelf is full') if $self->{full};
        $self->allow($name, $condition);
        my $version = 'v' . ++$self->{puts};
        $self->{objects}{$name} = {bytes => $bytes, modified => time, version => $version};
        return $self->stat($name);
    }

    sub stat ($self, $name) {
        my $kept = $self->{objects}{$name} or return;
        return [$name, length $kept->{bytes}, @$kept{qw(modified version)}];
    }

    sub get ($self, $name, $write) {
        my $info = $self->stat($name) or return;
        $write->($self->{objects}{$name}{bytes});
        return $info;
    }

    sub remove ($self, $name, $condition) {
        return 0 if !$self->{objects}{$name};
        $self->allow($name, $condition);
        delete $self->{objects}{$name};
        return 1;
    }

    sub list ($self, $prefix) {
        return map { $self->stat($_) } grep { index($_, $prefix) == 0 } keys $self->{objects}->%*;
    }

    sub clock ($self) { return time }

    sub allow ($self, $name, $condition) {
        my $kept = $self->{objects}{$name};
        Tresor::Error->throw(Tresor::CONFLICT, 'it exists already')
            if $condition->kind == Tresor::IF_ABSENT && $kept;
        Tresor::Error->throw(Tresor::CONFLICT, 'it was changed meanwhile')
            if $condition->kind == Tresor::IF_VERSION
            && !($kept && $kept->{version} eq $condition->version);
    }
}

# The steps.
package main;
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use constant {ID => 'ECHOECHO', DAY => 24 * 60 * 60};

binmode STDOUT, ':encoding(UTF-8)';

sub step ($name, $words) {
    state $steps = 0;
    ++$steps;
    say "$steps $name: $words";
}

sub keys_from ($password) {
    my $secret = Tresor::Secret->new($password);
    return Tresor::make('keys', \&Tresor::keys_derive, [$secret->parts, ID]);
}

sub account ($nickname) {
    my $key = encode_base64("\x07" x 32, '');
    return JSON::PP->new->utf8->canonical->encode(
        {info => {version => 1}, user => {privatekey => $key, nickname => $nickname}});
}

sub library () {
    step('library', 'tresor ' . Tresor::version() . ', ABI ' . Tresor::abi_version());
}

sub container () {
    my $json   = account('Zoë');
    my $keys   = keys_from('three quiet otters');
    my $sealed = Tresor::bytes(\&Tresor::container_seal, $json, length $json, $keys);
    my $opened = Tresor::bytes(\&Tresor::container_open, undef, $sealed, length $sealed, $keys);
    die "something else came out\n" if $opened ne $json;
    step('container', length($sealed) . ' bytes sealed, the same came out');

    my $other = keys_from('three loud otters');
    my @arguments = (undef, $sealed, length $sealed, $other);
    die "it was opened\n" if eval { Tresor::bytes(\&Tresor::container_open, @arguments); 1 };
    step('wrong password', "$@");
}

sub backup ($folder) {
    my $place   = Tresor::Place->new(version => 1, location => Tresor::text("$folder/safe"));
    my $options = Tresor::StorageOptions->new(version => 1, create => 1);
    my $store   = Tresor::make('storage', \&Tresor::storage_open, [$place, $options]);
    Tresor::limits_put($store, undef);    # once

    my @password = (my $secret = Tresor::Secret->new('three quiet otters'))->parts;
    my ($first, $later)    = (account('Zoë'), account('Zoë 🦦'));
    my ($enabled, $ticked) = (Tresor::Outcome->new, Tresor::Outcome->new);
    my $now    = Tresor::time_now();
    my $state  = Tresor::text("$folder/state.json");
    my $states = Tresor::make('states', \&Tresor::states_open, [$state]);
    my $client = Tresor::make('client', \&Tresor::client_create, [$states, undef, undef], $states);
    Tresor::client_enable($enabled, undef, $client, @password, ID, $first, length $first, $place,
        undef, 0, $now);
    # every day: the cycle decides
    Tresor::client_tick($ticked, undef, $client, $later, length $later, 0, $now + DAY);
    my ($one, $two) = map {
        Tresor::outcome_name($_->kind) . ' (' . Tresor::reason_name($_->reason) . ')'
    } $enabled, $ticked;
    step('backup', "$one, a day later $two");

    my @arguments = (undef, undef, $place, undef, @password, ID);
    my $restored  = Tresor::bytes(\&Tresor::safe_restore, @arguments);
    my $expected  = Tresor::bytes(\&Tresor::account_check, undef, undef, $later, length $later, ID);
    die "another account came back\n" if $restored ne $expected;
    step('restore', length($restored) . ' bytes, the same account');
}

sub store_of_its_own () {
    my $shelf = Shelf->new;
    my $store = Tresor::lend($shelf, 'a shelf in Perl');
    my $json = Tresor::bytes(\&Tresor::storage_check, undef, $store, $store);
    my $answers = JSON::PP::decode_json($json);
    $_->{ok} or die "$_->{name}: $_->{detail}\n" for @$answers;
    step('store of its own', @$answers . ' answers, all ok');

    $shelf->{full} = 1;
    my @arguments = (undef, $store, 'config', 'x', 1, undef);
    die "it was put\n" if eval { Tresor::storage_put_bytes(@arguments); 1 };
    step('its error', "$@");
}

eval {
    library();
    container();
    backup($ARGV[1] // '.');
    store_of_its_own();
    1;
} or do {
    print STDERR "failed: $@\n";
    exit 1;
};
say 'everything held';
