/** What an argument may plausibly be. The grammar draws from these, and now and then from another on purpose. */
export type Kind =
  | "any"
  | "bool"
  | "cidr"
  | "constraint"
  | "dict"
  | "duration"
  | "format"
  | "integer"
  | "json"
  | "key"
  | "layout"
  | "list"
  | "number"
  | "path"
  | "pattern"
  | "separator"
  | "size"
  | "string"
  | "template"
  | "time"
  | "toml"
  | "type"
  | "url"
  | "version"
  | "yaml"
  | "zone";

export interface Signature {
  readonly name: string;
  readonly parameters: readonly Kind[];
  /** The kinds of further arguments, repeated as a group. */
  readonly repeated: readonly Kind[];
  readonly result: Kind;
  /** What the call is piped into, because Go gives the parts of a map in any order. */
  readonly settled?: string;
}

// One line a function: name, parameters, `*` before those that repeat, `->` the kind of the result, `|` what must follow.
// Functions of chance and of the clock are left out.
const table = `
abbrev size string -> string
abbrevboth size size string -> string
trunc size string -> string
trim string -> string
upper string -> string
lower string -> string
title string -> string
untitle string -> string
substr size size string -> string
repeat size string -> string
trimall string string -> string
trimAll string string -> string
trimSuffix string string -> string
trimPrefix string string -> string
nospace string -> string
initials string -> string
swapcase string -> string
snakecase string -> string
camelcase string -> string
kebabcase string -> string
wrap size string -> string
wrapWith size string string -> string
contains string string -> bool
hasPrefix string string -> bool
hasSuffix string string -> bool
quote any * any -> string
squote any * any -> string
cat any * any -> string
indent size string -> string
nindent size string -> string
replace string string string -> string
plural string string integer -> string
sha1sum string -> string
sha256sum string -> string
sha512sum string -> string
adler32sum string -> string
toString any -> string
atoi string -> integer
int64 number -> number
int number -> integer
float64 number -> number
seq * size -> string
toDecimal any -> number
split separator string -> dict
splitList separator string -> list
splitn separator size string -> dict
toStrings any -> list
until size -> list
untilStep size size size -> list
add1 number -> number
add number * number -> number
sub number number -> number
div number number -> number
mod number number -> number
mul number * number -> number
add1f number -> number
addf number * number -> number
subf number * number -> number
divf number * number -> number
mulf number * number -> number
biggest number * number -> number
max number * number -> number
min number * number -> number
maxf number * number -> number
minf number * number -> number
ceil number -> number
floor number -> number
round number size -> number
round number size number -> number
join separator list -> string
sortAlpha list -> list
default any any -> any
empty any -> bool
coalesce * any -> any
all * any -> bool
any * any -> bool
compact list -> list
mustCompact list -> list
fromJson json -> any
mustFromJson json -> any
toJson any -> json
mustToJson any -> json
toPrettyJson any -> json
mustToPrettyJson any -> json
toRawJson any -> json
mustToRawJson any -> json
ternary any any bool -> any
deepCopy any -> any
mustDeepCopy any -> any
typeOf any -> type
typeIs type any -> bool
typeIsLike type any -> bool
kindOf any -> type
kindIs type any -> bool
deepEqual any any -> bool
base path -> path
dir path -> path
clean path -> path
ext path -> string
isAbs path -> bool
osBase path -> path
osDir path -> path
osClean path -> path
osExt path -> string
osIsAbs path -> bool
b64enc string -> string
b64dec string -> string
b32enc string -> string
b32dec string -> string
list * any -> list
tuple * any -> list
dict * key any -> dict
get dict key -> any
set dict key any -> dict
unset dict key -> dict
hasKey dict key -> bool
pluck key * dict -> list
keys dict -> list | sortAlpha
values dict -> list | sortAlpha
pick dict * key -> dict
omit dict * key -> dict
merge dict * dict -> dict
mustMerge dict * dict -> dict
mergeOverwrite dict * dict -> dict
mustMergeOverwrite dict * dict -> dict
append list any -> list
push list any -> list
mustAppend list any -> list
mustPush list any -> list
prepend list any -> list
mustPrepend list any -> list
first list -> any
mustFirst list -> any
rest list -> list
mustRest list -> list
last list -> any
mustLast list -> any
initial list -> list
mustInitial list -> list
reverse list -> list
mustReverse list -> list
uniq list -> list
mustUniq list -> list
without list * any -> list
mustWithout list * any -> list
has any list -> bool
mustHas any list -> bool
slice list * size -> list
mustSlice list size size -> list
concat * list -> list
dig key any dict -> any
dig key key any dict -> any
chunk size list -> list
mustChunk size list -> list
decryptAES string string -> string
semver version -> any
semverCompare constraint version -> bool
regexMatch pattern string -> bool
mustRegexMatch pattern string -> bool
regexFind pattern string -> string
mustRegexFind pattern string -> string
regexFindAll pattern string size -> list
mustRegexFindAll pattern string size -> list
regexReplaceAll pattern string string -> string
mustRegexReplaceAll pattern string string -> string
regexReplaceAllLiteral pattern string string -> string
mustRegexReplaceAllLiteral pattern string string -> string
regexSplit pattern string size -> list
mustRegexSplit pattern string size -> list
regexQuoteMeta string -> string
urlParse url -> dict
urlJoin dict -> string
date layout time -> string
date_in_zone layout time zone -> string
dateInZone layout time zone -> string
htmlDate time -> string
htmlDateInZone time zone -> string
date_modify duration time -> time
dateModify duration time -> time
mustDateModify duration time -> time
must_date_modify duration time -> time
toDate layout string -> time
mustToDate layout string -> time
unixEpoch time -> string
duration size -> string
durationRound duration -> string
hello -> string
fail string -> string
toYaml any -> yaml
mustToYaml any -> yaml
toYamlPretty any -> yaml
fromYaml yaml -> dict
fromYamlArray yaml -> list
toToml dict -> toml
mustToToml dict -> toml
fromToml toml -> dict
include template any -> string
tpl yaml any -> string
required string any -> any
lookup string string string string -> dict
getHostByName string -> string
and any * any -> any
or any * any -> any
not any -> bool
len any -> integer
index any * key -> any
index list size -> any
index list size key -> any
print * any -> string
println * any -> string
printf format * any -> string
html any * any -> string
js any * any -> string
urlquery any * any -> string
eq any any * any -> bool
eq string string -> bool
eq number number -> bool
ne any any -> bool
lt number number -> bool
le number number -> bool
gt string string -> bool
ge any any -> bool
call any * any -> any
`;

/** Every function that gives the same answer each time; a name comes twice where it is called in two ways. */
export const signatures: readonly Signature[] = table
  .trim()
  .split("\n")
  .map((line) => {
    const [call = "", result = ""] = line.split("->");
    const [fixed = "", repeated = ""] = call.split("*");
    const [name = "", ...parameters] = words(fixed);
    const [kind = "any", , settled] = words(result);
    const signature = { name, parameters: parameters as Kind[], repeated: words(repeated) as Kind[] };
    return { ...signature, result: kind as Kind, ...(settled === undefined ? {} : { settled }) };
  });

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}
