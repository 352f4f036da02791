# Fills a fresh Request Tracker with the desk that the live tests expect, and prints it as one JSON object:
# {"tokens": {"root": ..., "aiko": ...}, "fields": {"Order": "4", "Tags": "5"}, "queues": {"General": "1", ...}}.
# Run by rt_server.py. Queues, two agents and a Japanese one everywhere, one agent in one queue alone, ticket fields,
# and an article in each of two classes.
use strict;
use warnings;
use utf8;
use lib '/usr/local/share/request-tracker5/lib', '/usr/share/request-tracker5/lib';
use JSON ();
use RT;

RT::LoadConfig();
RT::Init();
my $system = RT->SystemUser;
my %made = ( tokens => {}, fields => {}, queues => {} );

sub must {
    my ( $what, $result, @rest ) = @_;
    my $words = join ' ', grep { defined && !ref } @rest;
    die "cannot make $what: $words\n" unless $result;
    return @rest;
}

sub grant {
    my ( $principal, $object, @rights ) = @_;
    must( "right $_", $principal->GrantRight( Right => $_, Object => $object ) ) for @rights;
}

my @work = qw(
    SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail CreateTicket ReplyToTicket CommentOnTicket ModifyTicket
    OwnTicket TakeTicket StealTicket ReassignTicket Watch SeeCustomField ModifyCustomField SetInitialCustomField
);
my @read = qw(SeeClass ShowArticle CreateArticle ModifyArticle LoadSavedSearch CreateSavedSearch ShowSavedSearches);

for my $name ( 'General', 'Billing', '請求' ) {
    my $queue = RT::Queue->new($system);
    $queue->Load($name);
    must( "queue $name", $queue->Create( Name => $name ) ) unless $queue->id;
    $queue->SetSLADisabled( $name eq 'Billing' ? 0 : 1 );
    $made{queues}{$name} = $queue->id . '';
}

my $group = RT::Group->new($system);
must( 'group', $group->CreateUserDefinedGroup( Name => 'Agents' ) );
grant( $group->PrincipalObj, RT->System, @work, @read );
my $everyone = RT::Group->new($system);
$everyone->LoadSystemInternalGroup('Everyone');
grant( $everyone->PrincipalObj, RT->System, qw(CreateTicket ReplyToTicket) );

my @people = (
    { Name => 'aiko',   RealName => '田中 愛子',     Lang => 'en' },
    { Name => 'ben',    RealName => 'Ben Carter',    Lang => 'en' },
    { Name => 'haruka', RealName => '小林 春香',     Lang => 'ja', Timezone => 'Asia/Tokyo' },
    { Name => 'bill',   RealName => 'Bill Only',     Lang => 'en' },
);
for my $person (@people) {
    my $user = RT::User->new($system);
    my $mail = "$person->{Name}\@desk.example";
    must( "user $mail", $user->Create( %$person, EmailAddress => $mail, Privileged => 1 ) );
    if ( $person->{Name} eq 'bill' ) {
        my $queue = RT::Queue->new($system);
        $queue->Load('Billing');
        grant( $user->PrincipalObj, $queue, @work );
    }
    else {
        must( "member $mail", $group->AddMember( $user->PrincipalId ) );
    }
    $made{tokens}{ $person->{Name} } = token( $user->id );
}
my $root = RT::User->new($system);
$root->Load('root');
$made{tokens}{root} = token( $root->id );

sub token {
    my ($owner) = @_;
    my $token = RT::AuthToken->new($system);
    my ( $id, $words, $string ) = $token->Create( Owner => $owner, Description => 'agentdesk tests' );
    must( 'token', $id, $words );
    return $string;
}

for my $field ( [ Order => 'Freeform', 1 ], [ Tags => 'Freeform', 0 ], [ Product => 'Select', 1, 'Web', 'API' ] ) {
    my ( $name, $type, $max, @values ) = @$field;
    my $made = RT::CustomField->new($system);
    must( "field $name", $made->Create(
        Name => $name, Type => $type, MaxValues => $max, LookupType => RT::Ticket->CustomFieldLookupType ) );
    $made->AddValue( Name => $_ ) for @values;
    must( "field $name everywhere", $made->AddToObject( RT::Queue->new($system) ) );
    $made{fields}{$name} = $made->id . '';
}

for my $wanted ( [ 'Answers', '返金の方法', 'Refunds', "三営業日以内に返金します。\n" ],
                 [ 'Canned replies', 'Thanks', 'A polite end', "Thank you for writing to us.\n" ] ) {
    my ( $class_name, $name, $summary, $words ) = @$wanted;
    my $class = RT::Class->new($system);
    must( "class $class_name", $class->Create( Name => $class_name ) );
    must( "class $class_name everywhere", $class->AddToObject( RT::Queue->new($system) ) );
    my $content = RT::CustomField->new($system);
    $content->LoadByName( Name => 'Content', LookupType => RT::Article->CustomFieldLookupType );
    my $article = RT::Article->new($system);
    must( "article $name", $article->Create( Name => $name, Summary => $summary, Class => $class->id ) );
    must( "text of $name", $article->AddCustomFieldValue( Field => $content->id, Value => $words ) );
}

print JSON->new->canonical->encode( \%made ), "\n";
