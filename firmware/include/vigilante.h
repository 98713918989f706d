/* The contract between gateware, firmware and host.
 * Generated from hdl/contract by `make generate`: change it there. */
#ifndef VIGILANTE_H
#define VIGILANTE_H

/* Verdicts, tiers, faults and classes.  Stands: the golden machine and the screening pipeline keep to it. */
#define VG_CONTRACT_VERSION 1 /* version of everything here */
#define VG_SECRET_FROM 13 /* path classes from here on are secret objects */
#define VG_TIER_BYTE_0 0 /* score byte at which tier 0 begins */
#define VG_TIER_BYTE_1 204 /* score byte at which tier 1 begins */
#define VG_TIER_BYTE_2 230 /* score byte at which tier 2 begins */
#define VG_TIER_BYTE_3 243 /* score byte at which tier 3 begins */

/* Events, records, slot state.  Stands: the golden machine and the screening pipeline keep to it. */
#define VG_SLOTS 64 /* process slots; the lower half is the core's, the upper the host's */
#define VG_TREES 64 /* process trees */
#define VG_EPOCHS_PER_SECOND 16 /* the unit of an event's epoch */
#define VG_PATHS_MAX 3 /* path arguments of one call */
#define VG_PATH_LIMIT 1023 /* bytes of one path; a longer one is denied */
#define VG_DEPTH_LIMIT 255 /* unknown components below a known prefix; a deeper path is denied */
#define VG_FLOOR_CALLS 64 /* calls for which a tier is kept after a model swap */

/* What is offered to the latch.  Words 2..7 are the call's arguments a0..a5. */
#define VG_EVENT_WORDS 8
#define VG_EVENT_BYTES 32
#define VG_EVENT_KIND_OFFSET 0 /* event kind */
#define VG_EVENT_KIND_WIDTH 4
#define VG_EVENT_SLOT_OFFSET 4 /* the process's slot; bit 5 set: one of the host's */
#define VG_EVENT_SLOT_WIDTH 6
#define VG_EVENT_SOURCE_OFFSET 10 /* who sends: 0 the core, 1 the host */
#define VG_EVENT_SOURCE_WIDTH 1
#define VG_EVENT_OK_OFFSET 11 /* the slot's previous call has returned, without an error */
#define VG_EVENT_OK_WIDTH 1
#define VG_EVENT_PATHS_OFFSET 12 /* path arguments that follow on the path stream */
#define VG_EVENT_PATHS_WIDTH 2
#define VG_EVENT_ID_OFFSET 14 /* canonical system call */
#define VG_EVENT_ID_WIDTH 9
#define VG_EVENT_EPOCH_OFFSET 23 /* time in 1/16 s, modulo 256 */
#define VG_EVENT_EPOCH_WIDTH 8
#define VG_EVENT_SPARE0_OFFSET 31 /* 0 */
#define VG_EVENT_SPARE0_WIDTH 1
#define VG_EVENT_GENERATION_OFFSET 32 /* the process's life: a reused slot has another */
#define VG_EVENT_GENERATION_WIDTH 32
#define VG_EVENT_A0_OFFSET 64 /* argument 0 */
#define VG_EVENT_A0_WIDTH 32
#define VG_EVENT_A1_OFFSET 96 /* argument 1 */
#define VG_EVENT_A1_WIDTH 32
#define VG_EVENT_A2_OFFSET 128 /* argument 2 */
#define VG_EVENT_A2_WIDTH 32
#define VG_EVENT_A3_OFFSET 160 /* argument 3 */
#define VG_EVENT_A3_WIDTH 32
#define VG_EVENT_A4_OFFSET 192 /* argument 4 */
#define VG_EVENT_A4_WIDTH 32
#define VG_EVENT_A5_OFFSET 224 /* argument 5 */
#define VG_EVENT_A5_WIDTH 32

/* What every event leaves with: the verdict and the reason, 24 bytes. */
#define VG_RECORD_WORDS 6
#define VG_RECORD_BYTES 24
#define VG_RECORD_KIND_OFFSET 0 /* event kind */
#define VG_RECORD_KIND_WIDTH 4
#define VG_RECORD_SLOT_OFFSET 4 /* the process's slot */
#define VG_RECORD_SLOT_WIDTH 6
#define VG_RECORD_VERDICT_OFFSET 10 /* what was answered */
#define VG_RECORD_VERDICT_WIDTH 3
#define VG_RECORD_PROPOSED_OFFSET 13 /* what enforce mode answers */
#define VG_RECORD_PROPOSED_WIDTH 3
#define VG_RECORD_TIER_OFFSET 16 /* 0 below 0.80, 1 from 0.80, 2 from 0.90, 3 from 0.95 */
#define VG_RECORD_TIER_WIDTH 2
#define VG_RECORD_ENFORCE_OFFSET 18 /* the profile is in enforce mode */
#define VG_RECORD_ENFORCE_WIDTH 1
#define VG_RECORD_MODEL_OFFSET 19 /* model slot that scored */
#define VG_RECORD_MODEL_WIDTH 1
#define VG_RECORD_VACCINATED_OFFSET 20 /* a vaccine matched */
#define VG_RECORD_VACCINATED_WIDTH 1
#define VG_RECORD_VIOLATION_OFFSET 21 /* the allow-list does not hold this call */
#define VG_RECORD_VIOLATION_WIDTH 1
#define VG_RECORD_FLOORED_OFFSET 22 /* the tier stands on the floor kept over a model swap */
#define VG_RECORD_FLOORED_WIDTH 1
#define VG_RECORD_BY_TREE_OFFSET 23 /* the tier stands on the tree's accumulator */
#define VG_RECORD_BY_TREE_WIDTH 1
#define VG_RECORD_OVERLONG_OFFSET 24 /* a path was longer or deeper than the limits */
#define VG_RECORD_OVERLONG_WIDTH 1
#define VG_RECORD_FAULT_OFFSET 25 /* refused for its form */
#define VG_RECORD_FAULT_WIDTH 3
#define VG_RECORD_CALL_CLASS_OFFSET 28 /* class of the call */
#define VG_RECORD_CALL_CLASS_WIDTH 3
#define VG_RECORD_SPARE0_OFFSET 31 /* 0 */
#define VG_RECORD_SPARE0_WIDTH 1
#define VG_RECORD_ID_OFFSET 32 /* canonical system call (tree for CLEAR and RESTORE) */
#define VG_RECORD_ID_WIDTH 9
#define VG_RECORD_VACCINE_OFFSET 41 /* index of the vaccine that matched */
#define VG_RECORD_VACCINE_WIDTH 9
#define VG_RECORD_PROFILE_OFFSET 50 /* profile whose policy row judged */
#define VG_RECORD_PROFILE_WIDTH 4
#define VG_RECORD_PATH_CLASS_OFFSET 54 /* worst class of the call's paths */
#define VG_RECORD_PATH_CLASS_WIDTH 4
#define VG_RECORD_SPARE1_OFFSET 58 /* of a VACCINATE on the board: births.OUTCOME; else 0 */
#define VG_RECORD_SPARE1_WIDTH 6
#define VG_RECORD_DECAYED_OFFSET 64 /* accumulator A: decayed sum, after this event */
#define VG_RECORD_DECAYED_WIDTH 16
#define VG_RECORD_CUSUM_OFFSET 80 /* accumulator C: CUSUM, after this event */
#define VG_RECORD_CUSUM_WIDTH 16
#define VG_RECORD_TREE_SUM_OFFSET 96 /* accumulator T of the process's tree, after this event */
#define VG_RECORD_TREE_SUM_WIDTH 16
#define VG_RECORD_SCORE_OFFSET 112 /* score * 255 */
#define VG_RECORD_SCORE_WIDTH 8
#define VG_RECORD_NODE_OFFSET 120 /* path node of the worst path */
#define VG_RECORD_NODE_WIDTH 8
#define VG_RECORD_GENERATION_OFFSET 128 /* the process's life */
#define VG_RECORD_GENERATION_WIDTH 32
#define VG_RECORD_SEQUENCE_OFFSET 160 /* number of this event since reset */
#define VG_RECORD_SEQUENCE_WIDTH 32

/* A slot's state as SPILL gives it and RESTORE takes it. */
#define VG_STATE_WORDS 6
#define VG_STATE_BYTES 24
#define VG_STATE_TOKEN1_OFFSET 0 /* model token of the effective call 1 back */
#define VG_STATE_TOKEN1_WIDTH 8
#define VG_STATE_TOKEN2_OFFSET 8 /* model token of the effective call 2 back */
#define VG_STATE_TOKEN2_WIDTH 8
#define VG_STATE_TOKEN3_OFFSET 16 /* model token of the effective call 3 back */
#define VG_STATE_TOKEN3_WIDTH 8
#define VG_STATE_TOKEN4_OFFSET 24 /* model token of the effective call 4 back */
#define VG_STATE_TOKEN4_WIDTH 8
#define VG_STATE_TOKEN5_OFFSET 32 /* model token of the effective call 5 back */
#define VG_STATE_TOKEN5_WIDTH 8
#define VG_STATE_PATH_CLASS_OFFSET 40 /* path class of the last effective call */
#define VG_STATE_PATH_CLASS_WIDTH 4
#define VG_STATE_PROFILE_OFFSET 44 /* profile whose policy row judges */
#define VG_STATE_PROFILE_WIDTH 4
#define VG_STATE_ALLOW_OFFSET 48 /* set of profiles whose allow-lists all apply */
#define VG_STATE_ALLOW_WIDTH 16
#define VG_STATE_DECAYED_OFFSET 64 /* accumulator A */
#define VG_STATE_DECAYED_WIDTH 16
#define VG_STATE_CUSUM_OFFSET 80 /* accumulator C */
#define VG_STATE_CUSUM_WIDTH 16
#define VG_STATE_PENDING_OFFSET 96 /* what the last call lowers, once it is known to have succeeded */
#define VG_STATE_PENDING_WIDTH 10
#define VG_STATE_EFFECTIVE_OFFSET 106 /* the last call had an effect */
#define VG_STATE_EFFECTIVE_WIDTH 1
#define VG_STATE_FLOOR_DECAYED_OFFSET 107 /* A cannot fall below this times 256 in this epoch */
#define VG_STATE_FLOOR_DECAYED_WIDTH 8
#define VG_STATE_FLOOR_CUSUM_OFFSET 115 /* C likewise */
#define VG_STATE_FLOOR_CUSUM_WIDTH 8
#define VG_STATE_EPOCH_OFFSET 123 /* epoch of the last call */
#define VG_STATE_EPOCH_WIDTH 8
#define VG_STATE_TIER_OFFSET 131 /* tier after the last call */
#define VG_STATE_TIER_WIDTH 2
#define VG_STATE_FLOOR_TIER_OFFSET 133 /* tier kept over a model swap */
#define VG_STATE_FLOOR_TIER_WIDTH 2
#define VG_STATE_FLOOR_LEFT_OFFSET 135 /* calls with an effect for which it is kept */
#define VG_STATE_FLOOR_LEFT_WIDTH 7
#define VG_STATE_TREE_SUM_OFFSET 142 /* accumulator T of the tree */
#define VG_STATE_TREE_SUM_WIDTH 16
#define VG_STATE_TREE_FLOOR_OFFSET 158 /* T likewise */
#define VG_STATE_TREE_FLOOR_WIDTH 8
#define VG_STATE_TREE_EPOCH_OFFSET 166 /* epoch of the tree's last call */
#define VG_STATE_TREE_EPOCH_WIDTH 8
#define VG_STATE_SWAPS_OFFSET 174 /* model swaps so far, modulo 4096: an older state restarts when it is restored */
#define VG_STATE_SWAPS_WIDTH 12

/* The load port.  Stands: the golden machine and the screening pipeline keep to it. */
#define VG_LOAD_ADDRESS_BITS 21 /* bits of an address on the load port: target << 16 | offset */

/* The model image.  Stands: the golden machine and the screening pipeline keep to it. */
#define VG_IMAGE_BYTES 8192 /* bytes of a model slot, everything counted */
#define VG_MODEL_SLOTS 2 /* model slots */
#define VG_HISTORY 5 /* effective calls that a slot remembers */
#define VG_PATH_NODES 256 /* nodes of the path trie */
#define VG_NODE_ROOT 0 /* where an absolute path starts */
#define VG_NODE_UNKNOWN 1 /* where a relative path starts whose directory nobody knows */
#define VG_TOKEN_NONE 0 /* token of no call yet */
#define VG_TOKEN_OTHER 1 /* token of any other call */
#define VG_COMPONENT_STEP 0x9e3779 /* added in every step of the component hash */
#define VG_LEAK_SHIFT 5 /* the decayed sum loses 1 / 2**this with every proven call */
#define VG_MODEL_BIGRAM_OFFSET 0 /* int8 by hash of the last 2 tokens: first byte */
#define VG_MODEL_BIGRAM_BYTES 2048 /* int8 by hash of the last 2 tokens: bytes */
#define VG_MODEL_TRIGRAM_OFFSET 2048 /* int8 by hash of the last 3 tokens: first byte */
#define VG_MODEL_TRIGRAM_BYTES 1024 /* int8 by hash of the last 3 tokens: bytes */
#define VG_MODEL_FOURGRAM_OFFSET 3072 /* int8 by hash of the last 4 tokens: first byte */
#define VG_MODEL_FOURGRAM_BYTES 1024 /* int8 by hash of the last 4 tokens: bytes */
#define VG_MODEL_SIXGRAM_OFFSET 4096 /* int8 by hash of the last 6 tokens: first byte */
#define VG_MODEL_SIXGRAM_BYTES 1024 /* int8 by hash of the last 6 tokens: bytes */
#define VG_MODEL_ARGUMENT_OFFSET 5120 /* int8 by token, path class, previous path class, previous result: first byte */
#define VG_MODEL_ARGUMENT_BYTES 1024 /* int8 by token, path class, previous path class, previous result: bytes */
#define VG_MODEL_PATHS_OFFSET 6144 /* path trie, see NODE: first byte */
#define VG_MODEL_PATHS_BYTES 1024 /* path trie, see NODE: bytes */
#define VG_MODEL_IDMAP_OFFSET 7168 /* token by canonical id: first byte */
#define VG_MODEL_IDMAP_BYTES 512 /* token by canonical id: bytes */
#define VG_MODEL_UNIGRAM_OFFSET 7680 /* int8 by token: first byte */
#define VG_MODEL_UNIGRAM_BYTES 256 /* int8 by token: bytes */
#define VG_MODEL_CURVE_OFFSET 7936 /* score byte by the top 6 bits of A, C and T, 64 each, rising: first byte */
#define VG_MODEL_CURVE_BYTES 192 /* score byte by the top 6 bits of A, C and T, 64 each, rising: bytes */
#define VG_MODEL_PARAMS_OFFSET 8128 /* parameters, see PARAMS: first byte */
#define VG_MODEL_PARAMS_BYTES 64 /* parameters, see PARAMS: bytes */

/* An entry of the path trie. */
#define VG_NODE_WORDS 1
#define VG_NODE_BYTES 4
#define VG_NODE_TAG_OFFSET 0 /* hash bits 13..23 of the component that leads here */
#define VG_NODE_TAG_WIDTH 11
#define VG_NODE_EDGE_OFFSET 11 /* the component leads here from `parent`; 0: only `star` does, or the entry is free */
#define VG_NODE_EDGE_WIDTH 1
#define VG_NODE_PARENT_OFFSET 12 /* node of the directory above */
#define VG_NODE_PARENT_WIDTH 8
#define VG_NODE_PATH_CLASS_OFFSET 20 /* class of this and everything below that is not known better */
#define VG_NODE_PATH_CLASS_WIDTH 4
#define VG_NODE_STAR_OFFSET 24 /* node of a component that no edge names; 0: none */
#define VG_NODE_STAR_WIDTH 8

/* Parameters of a model. */
#define VG_PARAMS_WORDS 8
#define VG_PARAMS_BYTES 32
#define VG_PARAMS_VERSION_OFFSET 0 /* the contract version */
#define VG_PARAMS_VERSION_WIDTH 16
#define VG_PARAMS_DECAYED_1_OFFSET 16 /* from here on A puts its process into tier 1 */
#define VG_PARAMS_DECAYED_1_WIDTH 16
#define VG_PARAMS_DECAYED_2_OFFSET 32 /* from here on A puts its process into tier 2 */
#define VG_PARAMS_DECAYED_2_WIDTH 16
#define VG_PARAMS_DECAYED_3_OFFSET 48 /* from here on A puts its process into tier 3 */
#define VG_PARAMS_DECAYED_3_WIDTH 16
#define VG_PARAMS_CUSUM_1_OFFSET 64 /* from here on C puts its process into tier 1 */
#define VG_PARAMS_CUSUM_1_WIDTH 16
#define VG_PARAMS_CUSUM_2_OFFSET 80 /* from here on C puts its process into tier 2 */
#define VG_PARAMS_CUSUM_2_WIDTH 16
#define VG_PARAMS_CUSUM_3_OFFSET 96 /* from here on C puts its process into tier 3 */
#define VG_PARAMS_CUSUM_3_WIDTH 16
#define VG_PARAMS_TREE_1_OFFSET 112 /* from here on T puts its process into tier 1 */
#define VG_PARAMS_TREE_1_WIDTH 16
#define VG_PARAMS_TREE_2_OFFSET 128 /* from here on T puts its process into tier 2 */
#define VG_PARAMS_TREE_2_WIDTH 16
#define VG_PARAMS_TREE_3_OFFSET 144 /* from here on T puts its process into tier 3 */
#define VG_PARAMS_TREE_3_WIDTH 16
#define VG_PARAMS_CUSUM_DRIFT_OFFSET 160 /* what every proven call takes from C */
#define VG_PARAMS_CUSUM_DRIFT_WIDTH 16
#define VG_PARAMS_TREE_DRIFT_OFFSET 176 /* what every proven call takes from T */
#define VG_PARAMS_TREE_DRIFT_WIDTH 16
#define VG_PARAMS_DRAIN_OFFSET 192 /* no accumulator falls by more than this within one epoch */
#define VG_PARAMS_DRAIN_WIDTH 16
#define VG_PARAMS_PATH_SEED_LOW_OFFSET 208 /* start of the component hash, bits 0..15 */
#define VG_PARAMS_PATH_SEED_LOW_WIDTH 16
#define VG_PARAMS_PATH_SEED_HIGH_OFFSET 224 /* bits 16..23 */
#define VG_PARAMS_PATH_SEED_HIGH_WIDTH 16

/* The policy.  Stands: the golden machine and the screening pipeline keep to it. */
#define VG_PROFILES 16 /* profiles */
#define VG_JUDGE_ROWS 256 /* rows of the judge: profile << 4 | call class << 1 | secret */
#define VG_JUDGE_CELLS 16 /* cells of a row: violation << 3 | vaccinated << 2 | tier */
#define VG_VERDICT_BITS 3 /* bits of a cell */
#define VG_NARROW_PROFILE 15 /* what comes out of quarantine has this profile, too */

/* What the classifier knows of a canonical id. */
#define VG_ATTRIBUTES_WORDS 1
#define VG_ATTRIBUTES_BYTES 4
#define VG_ATTRIBUTES_CALL_CLASS_OFFSET 0 /* class of the call */
#define VG_ATTRIBUTES_CALL_CLASS_WIDTH 3
#define VG_ATTRIBUTES_FIELD0_OFFSET 3 /* what the vaccine key's first field is: the low half of a0, a1, a2 or a4 */
#define VG_ATTRIBUTES_FIELD0_WIDTH 2
#define VG_ATTRIBUTES_FIELD1_OFFSET 5 /* half word that is its second: argument * 2 + (1: upper half), of a0..a3 */
#define VG_ATTRIBUTES_FIELD1_WIDTH 3
#define VG_ATTRIBUTES_ALLOW_OFFSET 8 /* bit p: profile p allows this call */
#define VG_ATTRIBUTES_ALLOW_WIDTH 16

/* Vaccines.  Stands: the golden machine and the screening pipeline keep to it. */
#define VG_BANKS 8 /* banks, each with a hash set of its own */
#define VG_BANK_DEPTH 512 /* places in a bank */
#define VG_BANK_BITS 9 /* bits of a place in a bank, and of a secret value */
#define VG_HASH_NIBBLES 13 /* nibbles of a key with secret values */
#define VG_MASK_UNITS 12 /* units that a mask is made of */
#define VG_VACCINES 512 /* vaccine indices */
#define VG_VACCINE_TTL_SECONDS 0x15180 /* life of a vaccine that names no other */

/* What a vaccine is compared with: the event's signature. */
#define VG_KEY_WORDS 2
#define VG_KEY_BYTES 8
#define VG_KEY_ID_OFFSET 0 /* canonical system call */
#define VG_KEY_ID_WIDTH 9
#define VG_KEY_PATH_CLASS_OFFSET 9 /* worst class of the call's paths */
#define VG_KEY_PATH_CLASS_WIDTH 4
#define VG_KEY_NODE_OFFSET 13 /* path node of the worst path */
#define VG_KEY_NODE_WIDTH 8
#define VG_KEY_FIELD0_OFFSET 21 /* half word of the arguments that the classifier picks for this call */
#define VG_KEY_FIELD0_WIDTH 16
#define VG_KEY_FIELD1_OFFSET 37 /* and a second */
#define VG_KEY_FIELD1_WIDTH 16
#define VG_KEY_TREE_OFFSET 53 /* the process's tree */
#define VG_KEY_TREE_WIDTH 6

/* An entry of a bank: written whole, in one cycle. */
#define VG_VACCINE_WORDS 3
#define VG_VACCINE_BYTES 12
#define VG_VACCINE_KEY_OFFSET 0 /* key, compared under the entry's mask */
#define VG_VACCINE_KEY_WIDTH 59
#define VG_VACCINE_UNITS_OFFSET 59 /* the mask: its units */
#define VG_VACCINE_UNITS_WIDTH 12
#define VG_VACCINE_INDEX_OFFSET 71 /* vaccine index */
#define VG_VACCINE_INDEX_WIDTH 9
#define VG_VACCINE_VALID_OFFSET 80 /* the entry is in force */
#define VG_VACCINE_VALID_WIDTH 1

/* Births of vaccines.  Stands: the golden machine and the screening pipeline keep to it. */
#define VG_BIRTHS 64 /* vaccines that gateware has made and that are in force, at most */
#define VG_BIRTH_FIRST 448 /* the first of their indices; theirs are the highest */
#define VG_HOST_BANKS 5 /* banks that are the host's, from 0 on; the others are for births */
#define VG_BIRTH_UNITS_5 3 /* units that a mask has to hold to stand in bank 5 */
#define VG_BIRTH_UNITS_6 7 /* units that a mask has to hold to stand in bank 6 */
#define VG_BIRTH_UNITS_7 2051 /* units that a mask has to hold to stand in bank 7 */
#define VG_BIRTH_TREE_UNIT 2048 /* the tree, as a unit of a mask */
#define VG_BIRTH_SPARE 4 /* places that the board keeps free, by ending some */
#define VG_BIRTH_KEEP_MS 1000 /* milliseconds after which a change is in flash */
#define VG_BIRTH_KEEP_SECONDS 3600 /* seconds after which what is left of lives is kept anew */
#define VG_BIRTH_TREE_BURST 4 /* births of one tree at once */
#define VG_BIRTH_REFILL_SECONDS 64 /* powered seconds in which it may have one more */
#define VG_BIRTH_PROGRAMS 1 /* other programs whose benign work keeps a birth to its tree */
#define VG_BIRTH_TAGS 16 /* tags by which programs are told apart */
#define VG_BIRTH_HISTORY_ROWS 256 /* signatures of benign calls that are remembered */
#define VG_BIRTH_BENIGN_BELOW 128 /* score byte below which what is allowed is benign */

/* How a call is made into a vaccine, by canonical id; 0: by all of it but the tree, and only on an order. */
#define VG_TEMPLATE_WORDS 1
#define VG_TEMPLATE_BYTES 4
#define VG_TEMPLATE_IGNORED_OFFSET 0 /* units of the mask that are left out; of id, path_class and tree nothing */
#define VG_TEMPLATE_IGNORED_WIDTH 12
#define VG_TEMPLATE_BREEDS_OFFSET 12 /* bit c: a call on path class c that its score condemns becomes a vaccine */
#define VG_TEMPLATE_BREEDS_WIDTH 16

/* What became of a VACCINATE: the field `spare1` of its record. */
#define VG_OUTCOME_WORDS 1
#define VG_OUTCOME_BYTES 4
#define VG_OUTCOME_BANK_OFFSET 0 /* where it stands, if it left the choice */
#define VG_OUTCOME_BANK_WIDTH 3
#define VG_OUTCOME_MERGED_OFFSET 3 /* the same was in force, under the index that the record names: its life begins anew */
#define VG_OUTCOME_MERGED_WIDTH 1
#define VG_OUTCOME_BORN_OFFSET 4 /* gateware made it */
#define VG_OUTCOME_BORN_WIDTH 1

/* Canonical system calls.  Stands: the golden machine and the screening pipeline keep to it. */
#define VG_ID_COUNT 512 /* size of the id space */
#define VG_ID_UNKNOWN 511 /* the id of every call without a name; never assigned */
#define VG_SYS_READ 0
#define VG_SYS_WRITE 1
#define VG_SYS_OPEN 2
#define VG_SYS_CLOSE 3
#define VG_SYS_STAT 4
#define VG_SYS_FSTAT 5
#define VG_SYS_LSTAT 6
#define VG_SYS_POLL 7
#define VG_SYS_LSEEK 8
#define VG_SYS_MMAP 9
#define VG_SYS_MPROTECT 10
#define VG_SYS_MUNMAP 11
#define VG_SYS_BRK 12
#define VG_SYS_RT_SIGACTION 13
#define VG_SYS_RT_SIGPROCMASK 14
#define VG_SYS_RT_SIGRETURN 15
#define VG_SYS_IOCTL 16
#define VG_SYS_PREAD64 17
#define VG_SYS_PWRITE64 18
#define VG_SYS_READV 19
#define VG_SYS_WRITEV 20
#define VG_SYS_ACCESS 21
#define VG_SYS_PIPE 22
#define VG_SYS_SELECT 23
#define VG_SYS_SCHED_YIELD 24
#define VG_SYS_MREMAP 25
#define VG_SYS_MSYNC 26
#define VG_SYS_MINCORE 27
#define VG_SYS_MADVISE 28
#define VG_SYS_SHMGET 29
#define VG_SYS_SHMAT 30
#define VG_SYS_SHMCTL 31
#define VG_SYS_DUP 32
#define VG_SYS_DUP2 33
#define VG_SYS_PAUSE 34
#define VG_SYS_NANOSLEEP 35
#define VG_SYS_GETITIMER 36
#define VG_SYS_ALARM 37
#define VG_SYS_SETITIMER 38
#define VG_SYS_GETPID 39
#define VG_SYS_SENDFILE 40
#define VG_SYS_SOCKET 41
#define VG_SYS_CONNECT 42
#define VG_SYS_ACCEPT 43
#define VG_SYS_SENDTO 44
#define VG_SYS_RECVFROM 45
#define VG_SYS_SENDMSG 46
#define VG_SYS_RECVMSG 47
#define VG_SYS_SHUTDOWN 48
#define VG_SYS_BIND 49
#define VG_SYS_LISTEN 50
#define VG_SYS_GETSOCKNAME 51
#define VG_SYS_GETPEERNAME 52
#define VG_SYS_SOCKETPAIR 53
#define VG_SYS_SETSOCKOPT 54
#define VG_SYS_GETSOCKOPT 55
#define VG_SYS_CLONE 56
#define VG_SYS_FORK 57
#define VG_SYS_VFORK 58
#define VG_SYS_EXECVE 59
#define VG_SYS_EXIT 60
#define VG_SYS_WAIT4 61
#define VG_SYS_KILL 62
#define VG_SYS_UNAME 63
#define VG_SYS_SEMGET 64
#define VG_SYS_SEMOP 65
#define VG_SYS_SEMCTL 66
#define VG_SYS_SHMDT 67
#define VG_SYS_MSGGET 68
#define VG_SYS_MSGSND 69
#define VG_SYS_MSGRCV 70
#define VG_SYS_MSGCTL 71
#define VG_SYS_FCNTL 72
#define VG_SYS_FLOCK 73
#define VG_SYS_FSYNC 74
#define VG_SYS_FDATASYNC 75
#define VG_SYS_TRUNCATE 76
#define VG_SYS_FTRUNCATE 77
#define VG_SYS_GETDENTS 78
#define VG_SYS_GETCWD 79
#define VG_SYS_CHDIR 80
#define VG_SYS_FCHDIR 81
#define VG_SYS_RENAME 82
#define VG_SYS_MKDIR 83
#define VG_SYS_RMDIR 84
#define VG_SYS_CREAT 85
#define VG_SYS_LINK 86
#define VG_SYS_UNLINK 87
#define VG_SYS_SYMLINK 88
#define VG_SYS_READLINK 89
#define VG_SYS_CHMOD 90
#define VG_SYS_FCHMOD 91
#define VG_SYS_CHOWN 92
#define VG_SYS_FCHOWN 93
#define VG_SYS_LCHOWN 94
#define VG_SYS_UMASK 95
#define VG_SYS_GETTIMEOFDAY 96
#define VG_SYS_GETRLIMIT 97
#define VG_SYS_GETRUSAGE 98
#define VG_SYS_SYSINFO 99
#define VG_SYS_TIMES 100
#define VG_SYS_PTRACE 101
#define VG_SYS_GETUID 102
#define VG_SYS_SYSLOG 103
#define VG_SYS_GETGID 104
#define VG_SYS_SETUID 105
#define VG_SYS_SETGID 106
#define VG_SYS_GETEUID 107
#define VG_SYS_GETEGID 108
#define VG_SYS_SETPGID 109
#define VG_SYS_GETPPID 110
#define VG_SYS_GETPGRP 111
#define VG_SYS_SETSID 112
#define VG_SYS_SETREUID 113
#define VG_SYS_SETREGID 114
#define VG_SYS_GETGROUPS 115
#define VG_SYS_SETGROUPS 116
#define VG_SYS_SETRESUID 117
#define VG_SYS_GETRESUID 118
#define VG_SYS_SETRESGID 119
#define VG_SYS_GETRESGID 120
#define VG_SYS_GETPGID 121
#define VG_SYS_SETFSUID 122
#define VG_SYS_SETFSGID 123
#define VG_SYS_GETSID 124
#define VG_SYS_CAPGET 125
#define VG_SYS_CAPSET 126
#define VG_SYS_RT_SIGPENDING 127
#define VG_SYS_RT_SIGTIMEDWAIT 128
#define VG_SYS_RT_SIGQUEUEINFO 129
#define VG_SYS_RT_SIGSUSPEND 130
#define VG_SYS_SIGALTSTACK 131
#define VG_SYS_UTIME 132
#define VG_SYS_MKNOD 133
#define VG_SYS_USELIB 134
#define VG_SYS_PERSONALITY 135
#define VG_SYS_USTAT 136
#define VG_SYS_STATFS 137
#define VG_SYS_FSTATFS 138
#define VG_SYS_SYSFS 139
#define VG_SYS_GETPRIORITY 140
#define VG_SYS_SETPRIORITY 141
#define VG_SYS_SCHED_SETPARAM 142
#define VG_SYS_SCHED_GETPARAM 143
#define VG_SYS_SCHED_SETSCHEDULER 144
#define VG_SYS_SCHED_GETSCHEDULER 145
#define VG_SYS_SCHED_GET_PRIORITY_MAX 146
#define VG_SYS_SCHED_GET_PRIORITY_MIN 147
#define VG_SYS_SCHED_RR_GET_INTERVAL 148
#define VG_SYS_MLOCK 149
#define VG_SYS_MUNLOCK 150
#define VG_SYS_MLOCKALL 151
#define VG_SYS_MUNLOCKALL 152
#define VG_SYS_VHANGUP 153
#define VG_SYS_MODIFY_LDT 154
#define VG_SYS_PIVOT_ROOT 155
#define VG_SYS__SYSCTL 156
#define VG_SYS_PRCTL 157
#define VG_SYS_ARCH_PRCTL 158
#define VG_SYS_ADJTIMEX 159
#define VG_SYS_SETRLIMIT 160
#define VG_SYS_CHROOT 161
#define VG_SYS_SYNC 162
#define VG_SYS_ACCT 163
#define VG_SYS_SETTIMEOFDAY 164
#define VG_SYS_MOUNT 165
#define VG_SYS_UMOUNT2 166
#define VG_SYS_SWAPON 167
#define VG_SYS_SWAPOFF 168
#define VG_SYS_REBOOT 169
#define VG_SYS_SETHOSTNAME 170
#define VG_SYS_SETDOMAINNAME 171
#define VG_SYS_IOPL 172
#define VG_SYS_IOPERM 173
#define VG_SYS_CREATE_MODULE 174
#define VG_SYS_INIT_MODULE 175
#define VG_SYS_DELETE_MODULE 176
#define VG_SYS_GET_KERNEL_SYMS 177
#define VG_SYS_QUERY_MODULE 178
#define VG_SYS_QUOTACTL 179
#define VG_SYS_NFSSERVCTL 180
#define VG_SYS_GETPMSG 181
#define VG_SYS_PUTPMSG 182
#define VG_SYS_AFS_SYSCALL 183
#define VG_SYS_TUXCALL 184
#define VG_SYS_SECURITY 185
#define VG_SYS_GETTID 186
#define VG_SYS_READAHEAD 187
#define VG_SYS_SETXATTR 188
#define VG_SYS_LSETXATTR 189
#define VG_SYS_FSETXATTR 190
#define VG_SYS_GETXATTR 191
#define VG_SYS_LGETXATTR 192
#define VG_SYS_FGETXATTR 193
#define VG_SYS_LISTXATTR 194
#define VG_SYS_LLISTXATTR 195
#define VG_SYS_FLISTXATTR 196
#define VG_SYS_REMOVEXATTR 197
#define VG_SYS_LREMOVEXATTR 198
#define VG_SYS_FREMOVEXATTR 199
#define VG_SYS_TKILL 200
#define VG_SYS_TIME 201
#define VG_SYS_FUTEX 202
#define VG_SYS_SCHED_SETAFFINITY 203
#define VG_SYS_SCHED_GETAFFINITY 204
#define VG_SYS_SET_THREAD_AREA 205
#define VG_SYS_IO_SETUP 206
#define VG_SYS_IO_DESTROY 207
#define VG_SYS_IO_GETEVENTS 208
#define VG_SYS_IO_SUBMIT 209
#define VG_SYS_IO_CANCEL 210
#define VG_SYS_GET_THREAD_AREA 211
#define VG_SYS_LOOKUP_DCOOKIE 212
#define VG_SYS_EPOLL_CREATE 213
#define VG_SYS_EPOLL_CTL_OLD 214
#define VG_SYS_EPOLL_WAIT_OLD 215
#define VG_SYS_REMAP_FILE_PAGES 216
#define VG_SYS_GETDENTS64 217
#define VG_SYS_SET_TID_ADDRESS 218
#define VG_SYS_RESTART_SYSCALL 219
#define VG_SYS_SEMTIMEDOP 220
#define VG_SYS_FADVISE64 221
#define VG_SYS_TIMER_CREATE 222
#define VG_SYS_TIMER_SETTIME 223
#define VG_SYS_TIMER_GETTIME 224
#define VG_SYS_TIMER_GETOVERRUN 225
#define VG_SYS_TIMER_DELETE 226
#define VG_SYS_CLOCK_SETTIME 227
#define VG_SYS_CLOCK_GETTIME 228
#define VG_SYS_CLOCK_GETRES 229
#define VG_SYS_CLOCK_NANOSLEEP 230
#define VG_SYS_EXIT_GROUP 231
#define VG_SYS_EPOLL_WAIT 232
#define VG_SYS_EPOLL_CTL 233
#define VG_SYS_TGKILL 234
#define VG_SYS_UTIMES 235
#define VG_SYS_VSERVER 236
#define VG_SYS_MBIND 237
#define VG_SYS_SET_MEMPOLICY 238
#define VG_SYS_GET_MEMPOLICY 239
#define VG_SYS_MQ_OPEN 240
#define VG_SYS_MQ_UNLINK 241
#define VG_SYS_MQ_TIMEDSEND 242
#define VG_SYS_MQ_TIMEDRECEIVE 243
#define VG_SYS_MQ_NOTIFY 244
#define VG_SYS_MQ_GETSETATTR 245
#define VG_SYS_KEXEC_LOAD 246
#define VG_SYS_WAITID 247
#define VG_SYS_ADD_KEY 248
#define VG_SYS_REQUEST_KEY 249
#define VG_SYS_KEYCTL 250
#define VG_SYS_IOPRIO_SET 251
#define VG_SYS_IOPRIO_GET 252
#define VG_SYS_INOTIFY_INIT 253
#define VG_SYS_INOTIFY_ADD_WATCH 254
#define VG_SYS_INOTIFY_RM_WATCH 255
#define VG_SYS_MIGRATE_PAGES 256
#define VG_SYS_OPENAT 257
#define VG_SYS_MKDIRAT 258
#define VG_SYS_MKNODAT 259
#define VG_SYS_FCHOWNAT 260
#define VG_SYS_FUTIMESAT 261
#define VG_SYS_NEWFSTATAT 262
#define VG_SYS_UNLINKAT 263
#define VG_SYS_RENAMEAT 264
#define VG_SYS_LINKAT 265
#define VG_SYS_SYMLINKAT 266
#define VG_SYS_READLINKAT 267
#define VG_SYS_FCHMODAT 268
#define VG_SYS_FACCESSAT 269
#define VG_SYS_PSELECT6 270
#define VG_SYS_PPOLL 271
#define VG_SYS_UNSHARE 272
#define VG_SYS_SET_ROBUST_LIST 273
#define VG_SYS_GET_ROBUST_LIST 274
#define VG_SYS_SPLICE 275
#define VG_SYS_TEE 276
#define VG_SYS_SYNC_FILE_RANGE 277
#define VG_SYS_VMSPLICE 278
#define VG_SYS_MOVE_PAGES 279
#define VG_SYS_UTIMENSAT 280
#define VG_SYS_EPOLL_PWAIT 281
#define VG_SYS_SIGNALFD 282
#define VG_SYS_TIMERFD_CREATE 283
#define VG_SYS_EVENTFD 284
#define VG_SYS_FALLOCATE 285
#define VG_SYS_TIMERFD_SETTIME 286
#define VG_SYS_TIMERFD_GETTIME 287
#define VG_SYS_ACCEPT4 288
#define VG_SYS_SIGNALFD4 289
#define VG_SYS_EVENTFD2 290
#define VG_SYS_EPOLL_CREATE1 291
#define VG_SYS_DUP3 292
#define VG_SYS_PIPE2 293
#define VG_SYS_INOTIFY_INIT1 294
#define VG_SYS_PREADV 295
#define VG_SYS_PWRITEV 296
#define VG_SYS_RT_TGSIGQUEUEINFO 297
#define VG_SYS_PERF_EVENT_OPEN 298
#define VG_SYS_RECVMMSG 299
#define VG_SYS_FANOTIFY_INIT 300
#define VG_SYS_FANOTIFY_MARK 301
#define VG_SYS_PRLIMIT64 302
#define VG_SYS_NAME_TO_HANDLE_AT 303
#define VG_SYS_OPEN_BY_HANDLE_AT 304
#define VG_SYS_CLOCK_ADJTIME 305
#define VG_SYS_SYNCFS 306
#define VG_SYS_SENDMMSG 307
#define VG_SYS_SETNS 308
#define VG_SYS_GETCPU 309
#define VG_SYS_PROCESS_VM_READV 310
#define VG_SYS_PROCESS_VM_WRITEV 311
#define VG_SYS_KCMP 312
#define VG_SYS_FINIT_MODULE 313
#define VG_SYS_SCHED_SETATTR 314
#define VG_SYS_SCHED_GETATTR 315
#define VG_SYS_RENAMEAT2 316
#define VG_SYS_SECCOMP 317
#define VG_SYS_GETRANDOM 318
#define VG_SYS_MEMFD_CREATE 319
#define VG_SYS_KEXEC_FILE_LOAD 320
#define VG_SYS_BPF 321
#define VG_SYS_EXECVEAT 322
#define VG_SYS_USERFAULTFD 323
#define VG_SYS_MEMBARRIER 324
#define VG_SYS_MLOCK2 325
#define VG_SYS_COPY_FILE_RANGE 326
#define VG_SYS_PREADV2 327
#define VG_SYS_PWRITEV2 328
#define VG_SYS_PKEY_MPROTECT 329
#define VG_SYS_PKEY_ALLOC 330
#define VG_SYS_PKEY_FREE 331
#define VG_SYS_STATX 332
#define VG_SYS_IO_PGETEVENTS 333
#define VG_SYS_RSEQ 334
#define VG_SYS_PIDFD_SEND_SIGNAL 335
#define VG_SYS_IO_URING_SETUP 336
#define VG_SYS_IO_URING_ENTER 337
#define VG_SYS_IO_URING_REGISTER 338
#define VG_SYS_OPEN_TREE 339
#define VG_SYS_MOVE_MOUNT 340
#define VG_SYS_FSOPEN 341
#define VG_SYS_FSCONFIG 342
#define VG_SYS_FSMOUNT 343
#define VG_SYS_FSPICK 344
#define VG_SYS_PIDFD_OPEN 345
#define VG_SYS_CLONE3 346
#define VG_SYS_CLOSE_RANGE 347
#define VG_SYS_OPENAT2 348
#define VG_SYS_PIDFD_GETFD 349
#define VG_SYS_FACCESSAT2 350
#define VG_SYS_PROCESS_MADVISE 351
#define VG_SYS_EPOLL_PWAIT2 352
#define VG_SYS_MOUNT_SETATTR 353
#define VG_SYS_QUOTACTL_FD 354
#define VG_SYS_LANDLOCK_CREATE_RULESET 355
#define VG_SYS_LANDLOCK_ADD_RULE 356
#define VG_SYS_LANDLOCK_RESTRICT_SELF 357
#define VG_SYS_MEMFD_SECRET 358
#define VG_SYS_PROCESS_MRELEASE 359
#define VG_SYS_FUTEX_WAITV 360
#define VG_SYS_SET_MEMPOLICY_HOME_NODE 361
#define VG_SYS_CACHESTAT 362
#define VG_SYS_FCHMODAT2 363
#define VG_SYS_MAP_SHADOW_STACK 364
#define VG_SYS_FUTEX_WAKE 365
#define VG_SYS_FUTEX_WAIT 366
#define VG_SYS_FUTEX_REQUEUE 367
#define VG_SYS_STATMOUNT 368
#define VG_SYS_LISTMOUNT 369
#define VG_SYS_LSM_GET_SELF_ATTR 370
#define VG_SYS_LSM_SET_SELF_ATTR 371
#define VG_SYS_LSM_LIST_MODULES 372
#define VG_SYS_MSEAL 373
#define VG_SYS_RISCV_HWPROBE 374
#define VG_SYS_RISCV_FLUSH_ICACHE 375
#define VG_SYS_WAITPID 376
#define VG_SYS_BREAK 377
#define VG_SYS_OLDSTAT 378
#define VG_SYS_UMOUNT 379
#define VG_SYS_STIME 380
#define VG_SYS_OLDFSTAT 381
#define VG_SYS_STTY 382
#define VG_SYS_GTTY 383
#define VG_SYS_NICE 384
#define VG_SYS_FTIME 385
#define VG_SYS_PROF 386
#define VG_SYS_SIGNAL 387
#define VG_SYS_LOCK 388
#define VG_SYS_MPX 389
#define VG_SYS_ULIMIT 390
#define VG_SYS_OLDOLDUNAME 391
#define VG_SYS_SIGACTION 392
#define VG_SYS_SGETMASK 393
#define VG_SYS_SSETMASK 394
#define VG_SYS_SIGSUSPEND 395
#define VG_SYS_SIGPENDING 396
#define VG_SYS_OLDLSTAT 397
#define VG_SYS_READDIR 398
#define VG_SYS_PROFIL 399
#define VG_SYS_SOCKETCALL 400
#define VG_SYS_OLDUNAME 401
#define VG_SYS_IDLE 402
#define VG_SYS_VM86OLD 403
#define VG_SYS_IPC 404
#define VG_SYS_SIGRETURN 405
#define VG_SYS_SIGPROCMASK 406
#define VG_SYS_BDFLUSH 407
#define VG_SYS__LLSEEK 408
#define VG_SYS__NEWSELECT 409
#define VG_SYS_VM86 410
#define VG_SYS_UGETRLIMIT 411
#define VG_SYS_MMAP2 412
#define VG_SYS_TRUNCATE64 413
#define VG_SYS_FTRUNCATE64 414
#define VG_SYS_STAT64 415
#define VG_SYS_LSTAT64 416
#define VG_SYS_FSTAT64 417
#define VG_SYS_LCHOWN32 418
#define VG_SYS_GETUID32 419
#define VG_SYS_GETGID32 420
#define VG_SYS_GETEUID32 421
#define VG_SYS_GETEGID32 422
#define VG_SYS_SETREUID32 423
#define VG_SYS_SETREGID32 424
#define VG_SYS_GETGROUPS32 425
#define VG_SYS_SETGROUPS32 426
#define VG_SYS_FCHOWN32 427
#define VG_SYS_SETRESUID32 428
#define VG_SYS_GETRESUID32 429
#define VG_SYS_SETRESGID32 430
#define VG_SYS_GETRESGID32 431
#define VG_SYS_CHOWN32 432
#define VG_SYS_SETUID32 433
#define VG_SYS_SETGID32 434
#define VG_SYS_SETFSUID32 435
#define VG_SYS_SETFSGID32 436
#define VG_SYS_FCNTL64 437
#define VG_SYS_SENDFILE64 438
#define VG_SYS_STATFS64 439
#define VG_SYS_FSTATFS64 440
#define VG_SYS_FADVISE64_64 441
#define VG_SYS_FSTATAT64 442
#define VG_SYS_CLOCK_GETTIME64 443
#define VG_SYS_CLOCK_SETTIME64 444
#define VG_SYS_CLOCK_ADJTIME64 445
#define VG_SYS_CLOCK_GETRES_TIME64 446
#define VG_SYS_CLOCK_NANOSLEEP_TIME64 447
#define VG_SYS_TIMER_GETTIME64 448
#define VG_SYS_TIMER_SETTIME64 449
#define VG_SYS_TIMERFD_GETTIME64 450
#define VG_SYS_TIMERFD_SETTIME64 451
#define VG_SYS_UTIMENSAT_TIME64 452
#define VG_SYS_PSELECT6_TIME64 453
#define VG_SYS_PPOLL_TIME64 454
#define VG_SYS_IO_PGETEVENTS_TIME64 455
#define VG_SYS_RECVMMSG_TIME64 456
#define VG_SYS_MQ_TIMEDSEND_TIME64 457
#define VG_SYS_MQ_TIMEDRECEIVE_TIME64 458
#define VG_SYS_SEMTIMEDOP_TIME64 459
#define VG_SYS_RT_SIGTIMEDWAIT_TIME64 460
#define VG_SYS_FUTEX_TIME64 461
#define VG_SYS_SCHED_RR_GET_INTERVAL_TIME64 462

/* X(number, id, name) for every call of the riscv64 ABI. */
#define VG_SYSCALLS_RISCV64(X) \
    X(0, VG_SYS_IO_SETUP, "io_setup") \
    X(1, VG_SYS_IO_DESTROY, "io_destroy") \
    X(2, VG_SYS_IO_SUBMIT, "io_submit") \
    X(3, VG_SYS_IO_CANCEL, "io_cancel") \
    X(4, VG_SYS_IO_GETEVENTS, "io_getevents") \
    X(5, VG_SYS_SETXATTR, "setxattr") \
    X(6, VG_SYS_LSETXATTR, "lsetxattr") \
    X(7, VG_SYS_FSETXATTR, "fsetxattr") \
    X(8, VG_SYS_GETXATTR, "getxattr") \
    X(9, VG_SYS_LGETXATTR, "lgetxattr") \
    X(10, VG_SYS_FGETXATTR, "fgetxattr") \
    X(11, VG_SYS_LISTXATTR, "listxattr") \
    X(12, VG_SYS_LLISTXATTR, "llistxattr") \
    X(13, VG_SYS_FLISTXATTR, "flistxattr") \
    X(14, VG_SYS_REMOVEXATTR, "removexattr") \
    X(15, VG_SYS_LREMOVEXATTR, "lremovexattr") \
    X(16, VG_SYS_FREMOVEXATTR, "fremovexattr") \
    X(17, VG_SYS_GETCWD, "getcwd") \
    X(18, VG_SYS_LOOKUP_DCOOKIE, "lookup_dcookie") \
    X(19, VG_SYS_EVENTFD2, "eventfd2") \
    X(20, VG_SYS_EPOLL_CREATE1, "epoll_create1") \
    X(21, VG_SYS_EPOLL_CTL, "epoll_ctl") \
    X(22, VG_SYS_EPOLL_PWAIT, "epoll_pwait") \
    X(23, VG_SYS_DUP, "dup") \
    X(24, VG_SYS_DUP3, "dup3") \
    X(25, VG_SYS_FCNTL, "fcntl") \
    X(26, VG_SYS_INOTIFY_INIT1, "inotify_init1") \
    X(27, VG_SYS_INOTIFY_ADD_WATCH, "inotify_add_watch") \
    X(28, VG_SYS_INOTIFY_RM_WATCH, "inotify_rm_watch") \
    X(29, VG_SYS_IOCTL, "ioctl") \
    X(30, VG_SYS_IOPRIO_SET, "ioprio_set") \
    X(31, VG_SYS_IOPRIO_GET, "ioprio_get") \
    X(32, VG_SYS_FLOCK, "flock") \
    X(33, VG_SYS_MKNODAT, "mknodat") \
    X(34, VG_SYS_MKDIRAT, "mkdirat") \
    X(35, VG_SYS_UNLINKAT, "unlinkat") \
    X(36, VG_SYS_SYMLINKAT, "symlinkat") \
    X(37, VG_SYS_LINKAT, "linkat") \
    X(39, VG_SYS_UMOUNT2, "umount2") \
    X(40, VG_SYS_MOUNT, "mount") \
    X(41, VG_SYS_PIVOT_ROOT, "pivot_root") \
    X(42, VG_SYS_NFSSERVCTL, "nfsservctl") \
    X(43, VG_SYS_STATFS, "statfs") \
    X(44, VG_SYS_FSTATFS, "fstatfs") \
    X(45, VG_SYS_TRUNCATE, "truncate") \
    X(46, VG_SYS_FTRUNCATE, "ftruncate") \
    X(47, VG_SYS_FALLOCATE, "fallocate") \
    X(48, VG_SYS_FACCESSAT, "faccessat") \
    X(49, VG_SYS_CHDIR, "chdir") \
    X(50, VG_SYS_FCHDIR, "fchdir") \
    X(51, VG_SYS_CHROOT, "chroot") \
    X(52, VG_SYS_FCHMOD, "fchmod") \
    X(53, VG_SYS_FCHMODAT, "fchmodat") \
    X(54, VG_SYS_FCHOWNAT, "fchownat") \
    X(55, VG_SYS_FCHOWN, "fchown") \
    X(56, VG_SYS_OPENAT, "openat") \
    X(57, VG_SYS_CLOSE, "close") \
    X(58, VG_SYS_VHANGUP, "vhangup") \
    X(59, VG_SYS_PIPE2, "pipe2") \
    X(60, VG_SYS_QUOTACTL, "quotactl") \
    X(61, VG_SYS_GETDENTS64, "getdents64") \
    X(62, VG_SYS_LSEEK, "lseek") \
    X(63, VG_SYS_READ, "read") \
    X(64, VG_SYS_WRITE, "write") \
    X(65, VG_SYS_READV, "readv") \
    X(66, VG_SYS_WRITEV, "writev") \
    X(67, VG_SYS_PREAD64, "pread64") \
    X(68, VG_SYS_PWRITE64, "pwrite64") \
    X(69, VG_SYS_PREADV, "preadv") \
    X(70, VG_SYS_PWRITEV, "pwritev") \
    X(71, VG_SYS_SENDFILE, "sendfile") \
    X(72, VG_SYS_PSELECT6, "pselect6") \
    X(73, VG_SYS_PPOLL, "ppoll") \
    X(74, VG_SYS_SIGNALFD4, "signalfd4") \
    X(75, VG_SYS_VMSPLICE, "vmsplice") \
    X(76, VG_SYS_SPLICE, "splice") \
    X(77, VG_SYS_TEE, "tee") \
    X(78, VG_SYS_READLINKAT, "readlinkat") \
    X(79, VG_SYS_NEWFSTATAT, "newfstatat") \
    X(80, VG_SYS_FSTAT, "fstat") \
    X(81, VG_SYS_SYNC, "sync") \
    X(82, VG_SYS_FSYNC, "fsync") \
    X(83, VG_SYS_FDATASYNC, "fdatasync") \
    X(84, VG_SYS_SYNC_FILE_RANGE, "sync_file_range") \
    X(85, VG_SYS_TIMERFD_CREATE, "timerfd_create") \
    X(86, VG_SYS_TIMERFD_SETTIME, "timerfd_settime") \
    X(87, VG_SYS_TIMERFD_GETTIME, "timerfd_gettime") \
    X(88, VG_SYS_UTIMENSAT, "utimensat") \
    X(89, VG_SYS_ACCT, "acct") \
    X(90, VG_SYS_CAPGET, "capget") \
    X(91, VG_SYS_CAPSET, "capset") \
    X(92, VG_SYS_PERSONALITY, "personality") \
    X(93, VG_SYS_EXIT, "exit") \
    X(94, VG_SYS_EXIT_GROUP, "exit_group") \
    X(95, VG_SYS_WAITID, "waitid") \
    X(96, VG_SYS_SET_TID_ADDRESS, "set_tid_address") \
    X(97, VG_SYS_UNSHARE, "unshare") \
    X(98, VG_SYS_FUTEX, "futex") \
    X(99, VG_SYS_SET_ROBUST_LIST, "set_robust_list") \
    X(100, VG_SYS_GET_ROBUST_LIST, "get_robust_list") \
    X(101, VG_SYS_NANOSLEEP, "nanosleep") \
    X(102, VG_SYS_GETITIMER, "getitimer") \
    X(103, VG_SYS_SETITIMER, "setitimer") \
    X(104, VG_SYS_KEXEC_LOAD, "kexec_load") \
    X(105, VG_SYS_INIT_MODULE, "init_module") \
    X(106, VG_SYS_DELETE_MODULE, "delete_module") \
    X(107, VG_SYS_TIMER_CREATE, "timer_create") \
    X(108, VG_SYS_TIMER_GETTIME, "timer_gettime") \
    X(109, VG_SYS_TIMER_GETOVERRUN, "timer_getoverrun") \
    X(110, VG_SYS_TIMER_SETTIME, "timer_settime") \
    X(111, VG_SYS_TIMER_DELETE, "timer_delete") \
    X(112, VG_SYS_CLOCK_SETTIME, "clock_settime") \
    X(113, VG_SYS_CLOCK_GETTIME, "clock_gettime") \
    X(114, VG_SYS_CLOCK_GETRES, "clock_getres") \
    X(115, VG_SYS_CLOCK_NANOSLEEP, "clock_nanosleep") \
    X(116, VG_SYS_SYSLOG, "syslog") \
    X(117, VG_SYS_PTRACE, "ptrace") \
    X(118, VG_SYS_SCHED_SETPARAM, "sched_setparam") \
    X(119, VG_SYS_SCHED_SETSCHEDULER, "sched_setscheduler") \
    X(120, VG_SYS_SCHED_GETSCHEDULER, "sched_getscheduler") \
    X(121, VG_SYS_SCHED_GETPARAM, "sched_getparam") \
    X(122, VG_SYS_SCHED_SETAFFINITY, "sched_setaffinity") \
    X(123, VG_SYS_SCHED_GETAFFINITY, "sched_getaffinity") \
    X(124, VG_SYS_SCHED_YIELD, "sched_yield") \
    X(125, VG_SYS_SCHED_GET_PRIORITY_MAX, "sched_get_priority_max") \
    X(126, VG_SYS_SCHED_GET_PRIORITY_MIN, "sched_get_priority_min") \
    X(127, VG_SYS_SCHED_RR_GET_INTERVAL, "sched_rr_get_interval") \
    X(128, VG_SYS_RESTART_SYSCALL, "restart_syscall") \
    X(129, VG_SYS_KILL, "kill") \
    X(130, VG_SYS_TKILL, "tkill") \
    X(131, VG_SYS_TGKILL, "tgkill") \
    X(132, VG_SYS_SIGALTSTACK, "sigaltstack") \
    X(133, VG_SYS_RT_SIGSUSPEND, "rt_sigsuspend") \
    X(134, VG_SYS_RT_SIGACTION, "rt_sigaction") \
    X(135, VG_SYS_RT_SIGPROCMASK, "rt_sigprocmask") \
    X(136, VG_SYS_RT_SIGPENDING, "rt_sigpending") \
    X(137, VG_SYS_RT_SIGTIMEDWAIT, "rt_sigtimedwait") \
    X(138, VG_SYS_RT_SIGQUEUEINFO, "rt_sigqueueinfo") \
    X(139, VG_SYS_RT_SIGRETURN, "rt_sigreturn") \
    X(140, VG_SYS_SETPRIORITY, "setpriority") \
    X(141, VG_SYS_GETPRIORITY, "getpriority") \
    X(142, VG_SYS_REBOOT, "reboot") \
    X(143, VG_SYS_SETREGID, "setregid") \
    X(144, VG_SYS_SETGID, "setgid") \
    X(145, VG_SYS_SETREUID, "setreuid") \
    X(146, VG_SYS_SETUID, "setuid") \
    X(147, VG_SYS_SETRESUID, "setresuid") \
    X(148, VG_SYS_GETRESUID, "getresuid") \
    X(149, VG_SYS_SETRESGID, "setresgid") \
    X(150, VG_SYS_GETRESGID, "getresgid") \
    X(151, VG_SYS_SETFSUID, "setfsuid") \
    X(152, VG_SYS_SETFSGID, "setfsgid") \
    X(153, VG_SYS_TIMES, "times") \
    X(154, VG_SYS_SETPGID, "setpgid") \
    X(155, VG_SYS_GETPGID, "getpgid") \
    X(156, VG_SYS_GETSID, "getsid") \
    X(157, VG_SYS_SETSID, "setsid") \
    X(158, VG_SYS_GETGROUPS, "getgroups") \
    X(159, VG_SYS_SETGROUPS, "setgroups") \
    X(160, VG_SYS_UNAME, "uname") \
    X(161, VG_SYS_SETHOSTNAME, "sethostname") \
    X(162, VG_SYS_SETDOMAINNAME, "setdomainname") \
    X(163, VG_SYS_GETRLIMIT, "getrlimit") \
    X(164, VG_SYS_SETRLIMIT, "setrlimit") \
    X(165, VG_SYS_GETRUSAGE, "getrusage") \
    X(166, VG_SYS_UMASK, "umask") \
    X(167, VG_SYS_PRCTL, "prctl") \
    X(168, VG_SYS_GETCPU, "getcpu") \
    X(169, VG_SYS_GETTIMEOFDAY, "gettimeofday") \
    X(170, VG_SYS_SETTIMEOFDAY, "settimeofday") \
    X(171, VG_SYS_ADJTIMEX, "adjtimex") \
    X(172, VG_SYS_GETPID, "getpid") \
    X(173, VG_SYS_GETPPID, "getppid") \
    X(174, VG_SYS_GETUID, "getuid") \
    X(175, VG_SYS_GETEUID, "geteuid") \
    X(176, VG_SYS_GETGID, "getgid") \
    X(177, VG_SYS_GETEGID, "getegid") \
    X(178, VG_SYS_GETTID, "gettid") \
    X(179, VG_SYS_SYSINFO, "sysinfo") \
    X(180, VG_SYS_MQ_OPEN, "mq_open") \
    X(181, VG_SYS_MQ_UNLINK, "mq_unlink") \
    X(182, VG_SYS_MQ_TIMEDSEND, "mq_timedsend") \
    X(183, VG_SYS_MQ_TIMEDRECEIVE, "mq_timedreceive") \
    X(184, VG_SYS_MQ_NOTIFY, "mq_notify") \
    X(185, VG_SYS_MQ_GETSETATTR, "mq_getsetattr") \
    X(186, VG_SYS_MSGGET, "msgget") \
    X(187, VG_SYS_MSGCTL, "msgctl") \
    X(188, VG_SYS_MSGRCV, "msgrcv") \
    X(189, VG_SYS_MSGSND, "msgsnd") \
    X(190, VG_SYS_SEMGET, "semget") \
    X(191, VG_SYS_SEMCTL, "semctl") \
    X(192, VG_SYS_SEMTIMEDOP, "semtimedop") \
    X(193, VG_SYS_SEMOP, "semop") \
    X(194, VG_SYS_SHMGET, "shmget") \
    X(195, VG_SYS_SHMCTL, "shmctl") \
    X(196, VG_SYS_SHMAT, "shmat") \
    X(197, VG_SYS_SHMDT, "shmdt") \
    X(198, VG_SYS_SOCKET, "socket") \
    X(199, VG_SYS_SOCKETPAIR, "socketpair") \
    X(200, VG_SYS_BIND, "bind") \
    X(201, VG_SYS_LISTEN, "listen") \
    X(202, VG_SYS_ACCEPT, "accept") \
    X(203, VG_SYS_CONNECT, "connect") \
    X(204, VG_SYS_GETSOCKNAME, "getsockname") \
    X(205, VG_SYS_GETPEERNAME, "getpeername") \
    X(206, VG_SYS_SENDTO, "sendto") \
    X(207, VG_SYS_RECVFROM, "recvfrom") \
    X(208, VG_SYS_SETSOCKOPT, "setsockopt") \
    X(209, VG_SYS_GETSOCKOPT, "getsockopt") \
    X(210, VG_SYS_SHUTDOWN, "shutdown") \
    X(211, VG_SYS_SENDMSG, "sendmsg") \
    X(212, VG_SYS_RECVMSG, "recvmsg") \
    X(213, VG_SYS_READAHEAD, "readahead") \
    X(214, VG_SYS_BRK, "brk") \
    X(215, VG_SYS_MUNMAP, "munmap") \
    X(216, VG_SYS_MREMAP, "mremap") \
    X(217, VG_SYS_ADD_KEY, "add_key") \
    X(218, VG_SYS_REQUEST_KEY, "request_key") \
    X(219, VG_SYS_KEYCTL, "keyctl") \
    X(220, VG_SYS_CLONE, "clone") \
    X(221, VG_SYS_EXECVE, "execve") \
    X(222, VG_SYS_MMAP, "mmap") \
    X(223, VG_SYS_FADVISE64, "fadvise64") \
    X(224, VG_SYS_SWAPON, "swapon") \
    X(225, VG_SYS_SWAPOFF, "swapoff") \
    X(226, VG_SYS_MPROTECT, "mprotect") \
    X(227, VG_SYS_MSYNC, "msync") \
    X(228, VG_SYS_MLOCK, "mlock") \
    X(229, VG_SYS_MUNLOCK, "munlock") \
    X(230, VG_SYS_MLOCKALL, "mlockall") \
    X(231, VG_SYS_MUNLOCKALL, "munlockall") \
    X(232, VG_SYS_MINCORE, "mincore") \
    X(233, VG_SYS_MADVISE, "madvise") \
    X(234, VG_SYS_REMAP_FILE_PAGES, "remap_file_pages") \
    X(235, VG_SYS_MBIND, "mbind") \
    X(236, VG_SYS_GET_MEMPOLICY, "get_mempolicy") \
    X(237, VG_SYS_SET_MEMPOLICY, "set_mempolicy") \
    X(238, VG_SYS_MIGRATE_PAGES, "migrate_pages") \
    X(239, VG_SYS_MOVE_PAGES, "move_pages") \
    X(240, VG_SYS_RT_TGSIGQUEUEINFO, "rt_tgsigqueueinfo") \
    X(241, VG_SYS_PERF_EVENT_OPEN, "perf_event_open") \
    X(242, VG_SYS_ACCEPT4, "accept4") \
    X(243, VG_SYS_RECVMMSG, "recvmmsg") \
    X(258, VG_SYS_RISCV_HWPROBE, "riscv_hwprobe") \
    X(259, VG_SYS_RISCV_FLUSH_ICACHE, "riscv_flush_icache") \
    X(260, VG_SYS_WAIT4, "wait4") \
    X(261, VG_SYS_PRLIMIT64, "prlimit64") \
    X(262, VG_SYS_FANOTIFY_INIT, "fanotify_init") \
    X(263, VG_SYS_FANOTIFY_MARK, "fanotify_mark") \
    X(264, VG_SYS_NAME_TO_HANDLE_AT, "name_to_handle_at") \
    X(265, VG_SYS_OPEN_BY_HANDLE_AT, "open_by_handle_at") \
    X(266, VG_SYS_CLOCK_ADJTIME, "clock_adjtime") \
    X(267, VG_SYS_SYNCFS, "syncfs") \
    X(268, VG_SYS_SETNS, "setns") \
    X(269, VG_SYS_SENDMMSG, "sendmmsg") \
    X(270, VG_SYS_PROCESS_VM_READV, "process_vm_readv") \
    X(271, VG_SYS_PROCESS_VM_WRITEV, "process_vm_writev") \
    X(272, VG_SYS_KCMP, "kcmp") \
    X(273, VG_SYS_FINIT_MODULE, "finit_module") \
    X(274, VG_SYS_SCHED_SETATTR, "sched_setattr") \
    X(275, VG_SYS_SCHED_GETATTR, "sched_getattr") \
    X(276, VG_SYS_RENAMEAT2, "renameat2") \
    X(277, VG_SYS_SECCOMP, "seccomp") \
    X(278, VG_SYS_GETRANDOM, "getrandom") \
    X(279, VG_SYS_MEMFD_CREATE, "memfd_create") \
    X(280, VG_SYS_BPF, "bpf") \
    X(281, VG_SYS_EXECVEAT, "execveat") \
    X(282, VG_SYS_USERFAULTFD, "userfaultfd") \
    X(283, VG_SYS_MEMBARRIER, "membarrier") \
    X(284, VG_SYS_MLOCK2, "mlock2") \
    X(285, VG_SYS_COPY_FILE_RANGE, "copy_file_range") \
    X(286, VG_SYS_PREADV2, "preadv2") \
    X(287, VG_SYS_PWRITEV2, "pwritev2") \
    X(288, VG_SYS_PKEY_MPROTECT, "pkey_mprotect") \
    X(289, VG_SYS_PKEY_ALLOC, "pkey_alloc") \
    X(290, VG_SYS_PKEY_FREE, "pkey_free") \
    X(291, VG_SYS_STATX, "statx") \
    X(292, VG_SYS_IO_PGETEVENTS, "io_pgetevents") \
    X(293, VG_SYS_RSEQ, "rseq") \
    X(294, VG_SYS_KEXEC_FILE_LOAD, "kexec_file_load") \
    X(424, VG_SYS_PIDFD_SEND_SIGNAL, "pidfd_send_signal") \
    X(425, VG_SYS_IO_URING_SETUP, "io_uring_setup") \
    X(426, VG_SYS_IO_URING_ENTER, "io_uring_enter") \
    X(427, VG_SYS_IO_URING_REGISTER, "io_uring_register") \
    X(428, VG_SYS_OPEN_TREE, "open_tree") \
    X(429, VG_SYS_MOVE_MOUNT, "move_mount") \
    X(430, VG_SYS_FSOPEN, "fsopen") \
    X(431, VG_SYS_FSCONFIG, "fsconfig") \
    X(432, VG_SYS_FSMOUNT, "fsmount") \
    X(433, VG_SYS_FSPICK, "fspick") \
    X(434, VG_SYS_PIDFD_OPEN, "pidfd_open") \
    X(435, VG_SYS_CLONE3, "clone3") \
    X(436, VG_SYS_CLOSE_RANGE, "close_range") \
    X(437, VG_SYS_OPENAT2, "openat2") \
    X(438, VG_SYS_PIDFD_GETFD, "pidfd_getfd") \
    X(439, VG_SYS_FACCESSAT2, "faccessat2") \
    X(440, VG_SYS_PROCESS_MADVISE, "process_madvise") \
    X(441, VG_SYS_EPOLL_PWAIT2, "epoll_pwait2") \
    X(442, VG_SYS_MOUNT_SETATTR, "mount_setattr") \
    X(443, VG_SYS_QUOTACTL_FD, "quotactl_fd") \
    X(444, VG_SYS_LANDLOCK_CREATE_RULESET, "landlock_create_ruleset") \
    X(445, VG_SYS_LANDLOCK_ADD_RULE, "landlock_add_rule") \
    X(446, VG_SYS_LANDLOCK_RESTRICT_SELF, "landlock_restrict_self") \
    X(447, VG_SYS_MEMFD_SECRET, "memfd_secret") \
    X(448, VG_SYS_PROCESS_MRELEASE, "process_mrelease") \
    X(449, VG_SYS_FUTEX_WAITV, "futex_waitv") \
    X(450, VG_SYS_SET_MEMPOLICY_HOME_NODE, "set_mempolicy_home_node") \
    X(451, VG_SYS_CACHESTAT, "cachestat") \
    X(452, VG_SYS_FCHMODAT2, "fchmodat2") \
    X(453, VG_SYS_MAP_SHADOW_STACK, "map_shadow_stack") \
    X(454, VG_SYS_FUTEX_WAKE, "futex_wake") \
    X(455, VG_SYS_FUTEX_WAIT, "futex_wait") \
    X(456, VG_SYS_FUTEX_REQUEUE, "futex_requeue") \
    X(457, VG_SYS_STATMOUNT, "statmount") \
    X(458, VG_SYS_LISTMOUNT, "listmount") \
    X(459, VG_SYS_LSM_GET_SELF_ATTR, "lsm_get_self_attr") \
    X(460, VG_SYS_LSM_SET_SELF_ATTR, "lsm_set_self_attr") \
    X(461, VG_SYS_LSM_LIST_MODULES, "lsm_list_modules") \
    X(462, VG_SYS_MSEAL, "mseal")

/* Strings of the core's calls.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_STRINGS_MAX 2 /* path arguments of a call of the core */
#define VG_STRING_BYTES 128 /* of one at most, with the zero behind it */
#define VG_STRING_AREA_BYTES 256 /* where each stands in region `strings` */
#define VG_PATHS_CHDIR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_CHROOT 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_EXECVE 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_TRUNCATE 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_STATFS 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_SWAPON 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_SWAPOFF 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_ACCT 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_UMOUNT2 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_SETXATTR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_LSETXATTR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_GETXATTR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_LGETXATTR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_LISTXATTR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_LLISTXATTR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_REMOVEXATTR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_LREMOVEXATTR 1 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_INOTIFY_ADD_WATCH 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_QUOTACTL 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_MOUNT 33 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_PIVOT_ROOT 33 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_OPENAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_OPENAT2 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_NEWFSTATAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_STATX 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_FACCESSAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_FACCESSAT2 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_READLINKAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_MKDIRAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_MKNODAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_UNLINKAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_FCHMODAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_FCHMODAT2 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_FCHOWNAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_UTIMENSAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_EXECVEAT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_NAME_TO_HANDLE_AT 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_OPEN_TREE 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_FSPICK 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_MOUNT_SETATTR 2 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_RENAMEAT2 66 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_LINKAT 66 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_MOVE_MOUNT 66 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_SYMLINKAT 49 /* its path arguments, 4 bits each: 1 + index */
#define VG_PATHS_FANOTIFY_MARK 5 /* its path arguments, 4 bits each: 1 + index */

/* How the next process is chosen.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_SCHEDULE_HEAT_SHIFT 5 /* a tick counts for 1 + (score >> this) */
#define VG_SCHEDULE_EQUAL_BITS 4 /* low bits in which passes that are equal may differ */
#define VG_SCHEDULE_LEAD 4096 /* a pass that is further ahead when its process wakes is put level */
#define VG_SCHEDULE_WAKES_MAX 15 /* recent wake-ups are counted up to here */
#define VG_SCHEDULE_PICKS 64 /* and halved with every so many picks */

/* The memory map.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_CLOCK_HZ 0x17d7840 /* cycles per second */
#define VG_BOOT_VECTOR 128 /* the core starts this many bytes into the boot ROM */
#define VG_VECTOR_ALIGN 256 /* alignment of the trap vector */
#define VG_GRANULE_BYTES 1024 /* a process's windows begin and end on multiples of this */
#define VG_ROM_BASE 0x00000000 /* boot ROM */
#define VG_ROM_SIZE 0x2000
#define VG_RAM_BASE 0x10000000 /* main memory: kernel and processes */
#define VG_RAM_SIZE 0x34000
#define VG_CELL_RAM_BASE 0x20000000 /* the clone's data window, as it sees it, while the cell stands */
#define VG_CELL_RAM_SIZE 0x8000
#define VG_FLASH_WINDOW_BASE 0x30000000 /* the SPI flash, read in place */
#define VG_FLASH_WINDOW_SIZE 0x1000000
#define VG_USER_TEXT_BASE 0x40000000 /* where every program is linked: the bus adds the text window's base and checks its limit */
#define VG_USER_TEXT_SIZE 0x8000
#define VG_USER_DATA_BASE 0x40008000 /* every program's stack, data and heap: the same by the data window; no stack grows below it */
#define VG_USER_DATA_SIZE 0x8000
#define VG_LINK_RECEIVE_BASE 0x50000000 /* frames received: a ring, seen twice */
#define VG_LINK_RECEIVE_SIZE 0x4000
#define VG_LINK_SEND_BASE 0x51000000 /* frames to be sent: a ring, seen twice */
#define VG_LINK_SEND_SIZE 0x4000
#define VG_STRINGS_BASE 0x52000000 /* the strings of the call in progress, as they were judged */
#define VG_STRINGS_SIZE 0x200
#define VG_SYSTEM_BASE 0x80000000 /* what this board is; reset */
#define VG_SYSTEM_SIZE 0x100
#define VG_IRQ_BASE 0x80000100 /* interrupt lines */
#define VG_IRQ_SIZE 0x100
#define VG_TIMER_BASE 0x80000200 /* 64-bit time and alarm */
#define VG_TIMER_SIZE 0x100
#define VG_UART_BASE 0x80000300 /* the serial link */
#define VG_UART_SIZE 0x100
#define VG_FLASH_BASE 0x80000400 /* commands to the SPI flash */
#define VG_FLASH_SIZE 0x100
#define VG_SHA256_BASE 0x80000500 /* SHA-256, one block at a time */
#define VG_SHA256_SIZE 0x100
#define VG_LINK_BASE 0x80000600 /* frames on the serial link */
#define VG_LINK_SIZE 0x100
#define VG_SCHEDULER_BASE 0x80000700 /* which process runs next */
#define VG_SCHEDULER_SIZE 0x100
#define VG_CELL_BASE 0x80000800 /* a second core, which runs clones of frozen processes */
#define VG_CELL_SIZE 0x100
#define VG_COPROCESSOR_BASE 0xfffff800 /* the screening pipeline: one load relative to x0 reaches it */
#define VG_COPROCESSOR_SIZE 0x800

/* Registers.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_DISPATCH_WAIT 64 /* cycles that a read of dispatch waits at most */
#define VG_COUNTS 512 /* entries of calls that are counted */
#define VG_RING_WORDS 2048 /* words of either of the link's rings */
#define VG_RESET_KEY 0x52455345 /* what has to be written to system.reset */

/* What this board is. */
#define VG_SYSTEM_CONTRACT 0x80000000 /* read: version of the contract */
#define VG_SYSTEM_CONTRACT_RESET 0x1
#define VG_SYSTEM_CLOCK 0x80000004 /* read: cycles per second */
#define VG_SYSTEM_FEATURES 0x80000008 /* read: what this build has */
#define VG_SYSTEM_FEATURES_SIMULATED_SHIFT 0 /* not silicon: time is counted, not felt */
#define VG_SYSTEM_FEATURES_SIMULATED_MASK 0x00000001
#define VG_SYSTEM_FEATURES_CELL_SHIFT 1 /* the cell is there */
#define VG_SYSTEM_FEATURES_CELL_MASK 0x00000002
#define VG_SYSTEM_FEATURES_ENTROPY_SHIFT 2 /* a source of randomness is there */
#define VG_SYSTEM_FEATURES_ENTROPY_MASK 0x00000004
#define VG_SYSTEM_BUILD 0x8000000c /* read: first 32 bits of the digest of the gateware */
#define VG_SYSTEM_RESET 0x80000010 /* write: writing RESET_KEY resets the whole board */
#define VG_SYSTEM_LEDS 0x80000014 /* read, write: lamps */
#define VG_SYSTEM_LEDS_ON_SHIFT 0 /* bit l: lamp l */
#define VG_SYSTEM_LEDS_ON_MASK 0x000000ff
#define VG_SYSTEM_LINE_DIVIDER 0x80000018 /* read: value for uart.divider at which this board's line runs */
#define VG_SYSTEM_LINE_DIVIDER_DIVIDER_SHIFT 0 /* 1/256 cycles per bit */
#define VG_SYSTEM_LINE_DIVIDER_DIVIDER_MASK 0x00ffffff

/* Gathers the lines into the core's external interrupt. */
#define VG_IRQ_PENDING 0x80000100 /* read: lines that ask, whether enabled or not */
#define VG_IRQ_PENDING_RECORD_SHIFT 0 /* line 0 */
#define VG_IRQ_PENDING_RECORD_MASK 0x00000001
#define VG_IRQ_PENDING_TAMPER_SHIFT 1 /* line 1 */
#define VG_IRQ_PENDING_TAMPER_MASK 0x00000002
#define VG_IRQ_PENDING_UART_RECEIVED_SHIFT 2 /* line 2 */
#define VG_IRQ_PENDING_UART_RECEIVED_MASK 0x00000004
#define VG_IRQ_PENDING_UART_SENT_SHIFT 3 /* line 3 */
#define VG_IRQ_PENDING_UART_SENT_MASK 0x00000008
#define VG_IRQ_PENDING_FLASH_SHIFT 4 /* line 4 */
#define VG_IRQ_PENDING_FLASH_MASK 0x00000010
#define VG_IRQ_PENDING_SHA256_SHIFT 5 /* line 5 */
#define VG_IRQ_PENDING_SHA256_MASK 0x00000020
#define VG_IRQ_PENDING_CELL_SHIFT 6 /* line 6 */
#define VG_IRQ_PENDING_CELL_MASK 0x00000040
#define VG_IRQ_PENDING_LINK_RECEIVED_SHIFT 7 /* line 7 */
#define VG_IRQ_PENDING_LINK_RECEIVED_MASK 0x00000080
#define VG_IRQ_PENDING_RECORDS_HALF_SHIFT 8 /* line 8 */
#define VG_IRQ_PENDING_RECORDS_HALF_MASK 0x00000100
#define VG_IRQ_ENABLE 0x80000104 /* read, write: lines that may interrupt */
#define VG_IRQ_ENABLE_RECORD_SHIFT 0 /* line 0 */
#define VG_IRQ_ENABLE_RECORD_MASK 0x00000001
#define VG_IRQ_ENABLE_TAMPER_SHIFT 1 /* line 1 */
#define VG_IRQ_ENABLE_TAMPER_MASK 0x00000002
#define VG_IRQ_ENABLE_UART_RECEIVED_SHIFT 2 /* line 2 */
#define VG_IRQ_ENABLE_UART_RECEIVED_MASK 0x00000004
#define VG_IRQ_ENABLE_UART_SENT_SHIFT 3 /* line 3 */
#define VG_IRQ_ENABLE_UART_SENT_MASK 0x00000008
#define VG_IRQ_ENABLE_FLASH_SHIFT 4 /* line 4 */
#define VG_IRQ_ENABLE_FLASH_MASK 0x00000010
#define VG_IRQ_ENABLE_SHA256_SHIFT 5 /* line 5 */
#define VG_IRQ_ENABLE_SHA256_MASK 0x00000020
#define VG_IRQ_ENABLE_CELL_SHIFT 6 /* line 6 */
#define VG_IRQ_ENABLE_CELL_MASK 0x00000040
#define VG_IRQ_ENABLE_LINK_RECEIVED_SHIFT 7 /* line 7 */
#define VG_IRQ_ENABLE_LINK_RECEIVED_MASK 0x00000080
#define VG_IRQ_ENABLE_RECORDS_HALF_SHIFT 8 /* line 8 */
#define VG_IRQ_ENABLE_RECORDS_HALF_MASK 0x00000100
#define VG_IRQ_NEXT 0x80000108 /* read: the lowest line that asks and is enabled */
#define VG_IRQ_NEXT_LINE_SHIFT 0 /* its number */
#define VG_IRQ_NEXT_LINE_MASK 0x0000001f
#define VG_IRQ_NEXT_VALID_SHIFT 5 /* there is one */
#define VG_IRQ_NEXT_VALID_MASK 0x00000020

/* Counts cycles since reset; its line into the core is high while now >= alarm. */
#define VG_TIMER_NOW_LOW 0x80000200 /* read: lower half of the time; reading it holds the upper half */
#define VG_TIMER_NOW_HIGH 0x80000204 /* read: upper half, as it was when `now_low` was last read */
#define VG_TIMER_ALARM_LOW 0x80000208 /* read, write: lower half of the alarm */
#define VG_TIMER_ALARM_LOW_RESET 0xffffffff
#define VG_TIMER_ALARM_HIGH 0x8000020c /* read, write: upper half; write all ones to it first */
#define VG_TIMER_ALARM_HIGH_RESET 0xffffffff

/* 8 data bits, no parity, one stop bit; a bit lasts whole + fraction/256 cycles on average.  The bytes go to and come from the link, unless `raw` is set. */
#define VG_UART_RECEIVE 0x80000300 /* read takes: the next byte received; only with `raw` */
#define VG_UART_RECEIVE_BYTE_SHIFT 0 /* the byte */
#define VG_UART_RECEIVE_BYTE_MASK 0x000000ff
#define VG_UART_RECEIVE_VALID_SHIFT 8 /* there was one */
#define VG_UART_RECEIVE_VALID_MASK 0x00000100
#define VG_UART_SEND 0x80000304 /* write: a byte to send; lost when there is no room; only with `raw` */
#define VG_UART_SEND_BYTE_SHIFT 0 /* the byte */
#define VG_UART_SEND_BYTE_MASK 0x000000ff
#define VG_UART_STATUS 0x80000308 /* read: the FIFOs */
#define VG_UART_STATUS_RECEIVED_SHIFT 0 /* bytes that wait in the receive FIFO */
#define VG_UART_STATUS_RECEIVED_MASK 0x00000fff
#define VG_UART_STATUS_ROOM_SHIFT 12 /* bytes that fit into the transmit FIFO */
#define VG_UART_STATUS_ROOM_MASK 0x00fff000
#define VG_UART_STATUS_IDLE_SHIFT 24 /* nothing is being sent, and nothing waits to be */
#define VG_UART_STATUS_IDLE_MASK 0x01000000
#define VG_UART_ERRORS 0x8000030c /* read, write 1 to clear: what went wrong */
#define VG_UART_ERRORS_OVERRUN_SHIFT 0 /* a byte came while the receive FIFO was full */
#define VG_UART_ERRORS_OVERRUN_MASK 0x00000001
#define VG_UART_ERRORS_FRAMING_SHIFT 1 /* a stop bit was missing */
#define VG_UART_ERRORS_FRAMING_MASK 0x00000002
#define VG_UART_ERRORS_LOST_SHIFT 2 /* a byte was written while the transmit FIFO was full */
#define VG_UART_ERRORS_LOST_MASK 0x00000004
#define VG_UART_DIVIDER 0x80000310 /* read, write: cycles per bit */
#define VG_UART_DIVIDER_RESET 0xd900
#define VG_UART_DIVIDER_FRACTION_SHIFT 0 /* 1/256 cycles */
#define VG_UART_DIVIDER_FRACTION_MASK 0x000000ff
#define VG_UART_DIVIDER_WHOLE_SHIFT 8 /* cycles, at least 4; in simulation at least 1 */
#define VG_UART_DIVIDER_WHOLE_MASK 0x00ffff00
#define VG_UART_CONTROL 0x80000314 /* read, write: who has the line */
#define VG_UART_CONTROL_RAW_SHIFT 0 /* the program, bytewise */
#define VG_UART_CONTROL_RAW_MASK 0x00000001

/* Commands to the SPI flash, byte by byte; reads in place go through the flash window. */
#define VG_FLASH_CONTROL 0x80000400 /* read, write: how commands are sent */
#define VG_FLASH_CONTROL_RESET 0x8
#define VG_FLASH_CONTROL_SELECT_SHIFT 0 /* the chip is selected */
#define VG_FLASH_CONTROL_SELECT_MASK 0x00000001
#define VG_FLASH_CONTROL_QUAD_SHIFT 1 /* four data lines, else one each way */
#define VG_FLASH_CONTROL_QUAD_MASK 0x00000002
#define VG_FLASH_CONTROL_RECEIVE_SHIFT 2 /* with `quad`: the data lines are inputs */
#define VG_FLASH_CONTROL_RECEIVE_MASK 0x00000004
#define VG_FLASH_CONTROL_WINDOW_SHIFT 3 /* the flash window is open; commands wait until it is closed */
#define VG_FLASH_CONTROL_WINDOW_MASK 0x00000008
#define VG_FLASH_CONTROL_DIVIDER_SHIFT 4 /* half a clock period of the flash, in cycles, less one */
#define VG_FLASH_CONTROL_DIVIDER_MASK 0x00000ff0
#define VG_FLASH_STATUS 0x80000404 /* read: where the command stands */
#define VG_FLASH_STATUS_BUSY_SHIFT 0 /* a byte is on the wire */
#define VG_FLASH_STATUS_BUSY_MASK 0x00000001
#define VG_FLASH_SEND 0x80000408 /* write: send this byte; not while busy */
#define VG_FLASH_SEND_BYTE_SHIFT 0 /* the byte */
#define VG_FLASH_SEND_BYTE_MASK 0x000000ff
#define VG_FLASH_RECEIVED 0x8000040c /* read: what came back for the last byte sent */
#define VG_FLASH_RECEIVED_BYTE_SHIFT 0 /* the byte */
#define VG_FLASH_RECEIVED_BYTE_MASK 0x000000ff

/* The compression function; padding is the program's business. */
#define VG_SHA256_CONTROL 0x80000500 /* write: start */
#define VG_SHA256_CONTROL_FIRST_SHIFT 0 /* begin from the standard's initial value */
#define VG_SHA256_CONTROL_FIRST_MASK 0x00000001
#define VG_SHA256_CONTROL_GO_SHIFT 1 /* take the block in */
#define VG_SHA256_CONTROL_GO_MASK 0x00000002
#define VG_SHA256_STATUS 0x80000504 /* read: progress */
#define VG_SHA256_STATUS_BUSY_SHIFT 0 /* a block is being taken in */
#define VG_SHA256_STATUS_BUSY_MASK 0x00000001
#define VG_SHA256_BLOCK 0x80000540 /* write: the block's 16 words, as memory has them */
#define VG_SHA256_BLOCK_COUNT 16
#define VG_SHA256_DIGEST 0x80000580 /* read: the 8 words of the state, as memory has them */
#define VG_SHA256_DIGEST_COUNT 8

/* Takes frames off the line and puts them on it: COBS and CRC are done here.  In either ring places are counted in words from reset on, modulo twice the ring; a frame received is a word with its length in bytes and then header and payload, padded to a word.  What is damaged is not seen. */
#define VG_LINK_RECEIVED 0x80000600 /* read: where the next frame will begin: all before it is there */
#define VG_LINK_RECEIVED_PLACE_SHIFT 0 /* in words */
#define VG_LINK_RECEIVED_PLACE_MASK 0x00000fff
#define VG_LINK_RELEASED 0x80000604 /* read, write: what lies before is no longer needed */
#define VG_LINK_RELEASED_PLACE_SHIFT 0 /* in words */
#define VG_LINK_RELEASED_PLACE_MASK 0x00000fff
#define VG_LINK_SEND 0x80000608 /* write: send a frame: header and payload are taken from `link_send` as they stand when it is sent; lost when there is no room */
#define VG_LINK_SEND_PLACE_SHIFT 0 /* word of the ring where it begins */
#define VG_LINK_SEND_PLACE_MASK 0x000007ff
#define VG_LINK_SEND_LENGTH_SHIFT 11 /* bytes of header and payload, at least 4 */
#define VG_LINK_SEND_LENGTH_MASK 0x00fff800
#define VG_LINK_STATUS 0x8000060c /* read: what is being sent */
#define VG_LINK_STATUS_ROOM_SHIFT 0 /* frames that may be given to `send` */
#define VG_LINK_STATUS_ROOM_MASK 0x0000001f
#define VG_LINK_STATUS_IDLE_SHIFT 5 /* all are sent, to the last stop bit */
#define VG_LINK_STATUS_IDLE_MASK 0x00000020
#define VG_LINK_STATUS_SENT_SHIFT 6 /* frames sent since reset, modulo 65536; a frame counts when its last byte has been read from the ring */
#define VG_LINK_STATUS_SENT_MASK 0x003fffc0
#define VG_LINK_DAMAGED 0x80000610 /* read: frames received since reset: damaged, too short or too long */
#define VG_LINK_DROPPED 0x80000614 /* read: frames received since reset: no room in the ring */

/* Which of the core's processes runs next.  Each slot has a pass, in ticks that its process has run, each counted for as many as its score says; the one that is least far goes first. */
#define VG_SCHEDULER_READY 0x80000700 /* read, write: bit s: the process in slot s is ready to run */
#define VG_SCHEDULER_RAN 0x80000704 /* write: a process has run */
#define VG_SCHEDULER_RAN_SLOT_SHIFT 0 /* which */
#define VG_SCHEDULER_RAN_SLOT_MASK 0x0000001f
#define VG_SCHEDULER_RAN_TICKS_SHIFT 5 /* for how long, as the program counts */
#define VG_SCHEDULER_RAN_TICKS_MASK 0x00001fe0
#define VG_SCHEDULER_WOKEN 0x80000708 /* write: a process is ready that was not */
#define VG_SCHEDULER_WOKEN_SLOT_SHIFT 0 /* which */
#define VG_SCHEDULER_WOKEN_SLOT_MASK 0x0000001f
#define VG_SCHEDULER_WOKEN_FRESH_SHIFT 5 /* it is the slot's first time: nothing is known of it */
#define VG_SCHEDULER_WOKEN_FRESH_MASK 0x00000020
#define VG_SCHEDULER_PICK 0x8000070c /* read takes: who is to run now; the read waits for the search, 70 cycles at most */
#define VG_SCHEDULER_PICK_SLOT_SHIFT 0 /* which */
#define VG_SCHEDULER_PICK_SLOT_MASK 0x0000001f
#define VG_SCHEDULER_PICK_ANY_SHIFT 5 /* one at least is ready */
#define VG_SCHEDULER_PICK_ANY_MASK 0x00000020

/* A second core that runs a clone of a frozen process: its registers and its memory are the original's, what it stores is its own.  It reaches nothing else, and stops at whatever would lead out. */
#define VG_CELL_CONTROL 0x80000800 /* write: an order, one at a time */
#define VG_CELL_CONTROL_START_SHIFT 0 /* make a clone and run it: a0 is `result`, all else as `registers` says */
#define VG_CELL_CONTROL_START_MASK 0x00000001
#define VG_CELL_CONTROL_RESUME_SHIFT 1 /* let one that stopped at a trap go on at `next`, with `result` in a0 */
#define VG_CELL_CONTROL_RESUME_MASK 0x00000002
#define VG_CELL_CONTROL_DISCARD_SHIFT 2 /* end it */
#define VG_CELL_CONTROL_DISCARD_MASK 0x00000004
#define VG_CELL_STATUS 0x80000804 /* read: what it is at */
#define VG_CELL_STATUS_STATE_SHIFT 0 /* a CellState */
#define VG_CELL_STATUS_STATE_MASK 0x00000003
#define VG_CELL_STATUS_STOP_SHIFT 2 /* a CellStop, once it has stopped */
#define VG_CELL_STATUS_STOP_MASK 0x0000000c
#define VG_CELL_STATUS_CAUSE_SHIFT 4 /* of the trap that it stopped at */
#define VG_CELL_STATUS_CAUSE_MASK 0x000001f0
#define VG_CELL_STATUS_WROTE_SHIFT 9 /* it has stored something */
#define VG_CELL_STATUS_WROTE_MASK 0x00000200
#define VG_CELL_STATUS_QUIET_SHIFT 10 /* nothing of its own is under way to main RAM */
#define VG_CELL_STATUS_QUIET_MASK 0x00000400
#define VG_CELL_REGISTERS 0x80000808 /* read, write: where the frozen process's registers are: the address at which it goes on, then x1 to x31 */
#define VG_CELL_BUDGET 0x8000080c /* read, write: cycles that a clone may run, in all */
#define VG_CELL_TEXT_WINDOW 0x80000810 /* read, write: where the frozen process's `user_text` lies in main RAM */
#define VG_CELL_TEXT_WINDOW_BASE_SHIFT 0 /* the first granule of main RAM */
#define VG_CELL_TEXT_WINDOW_BASE_MASK 0x000000ff
#define VG_CELL_TEXT_WINDOW_LIMIT_SHIFT 8 /* granules from there on; 0: nothing answers */
#define VG_CELL_TEXT_WINDOW_LIMIT_MASK 0x00003f00
#define VG_CELL_DATA_WINDOW 0x80000814 /* read, write: the same of `user_data` */
#define VG_CELL_DATA_WINDOW_BASE_SHIFT 0 /* the first granule of main RAM */
#define VG_CELL_DATA_WINDOW_BASE_MASK 0x000000ff
#define VG_CELL_DATA_WINDOW_LIMIT_SHIFT 8 /* granules from there on; 0: nothing answers */
#define VG_CELL_DATA_WINDOW_LIMIT_MASK 0x00003f00
#define VG_CELL_PAUSE 0x80000818 /* read, write: to keep the clone waiting, while the original's memory is moved */
#define VG_CELL_PAUSE_ON_SHIFT 0 /* it begins nothing; what is under way still ends: see `status.quiet` */
#define VG_CELL_PAUSE_ON_MASK 0x00000001
#define VG_CELL_RESULT 0x8000081c /* read, write: a0 of the clone at `start` and `resume` */
#define VG_CELL_NEXT 0x80000820 /* read, write: the address at which `resume` goes on */
#define VG_CELL_PC 0x80000824 /* read: address of the instruction that it stopped at */
#define VG_CELL_ADDRESS 0x80000828 /* read: of its last load or store that was refused, or had no room */
#define VG_CELL_INSTRUCTIONS 0x8000082c /* read: that it has begun since `start` */
#define VG_CELL_CYCLES 0x80000830 /* read: that it has run since `start` */
#define VG_CELL_STARTED 0x80000834 /* read: cycles from the order to its first instruction */
#define VG_CELL_GROWN 0x80000838 /* read, write: what the clone has besides, behind the frozen process's data: zeros, until it stores there */
#define VG_CELL_GROWN_LIMIT_SHIFT 0 /* granules, in all, if more than the data window's */
#define VG_CELL_GROWN_LIMIT_MASK 0x0000003f
#define VG_CELL_ORIGINAL 0x8000083c /* read, write: whose clone `start` makes: it does not run until `discard` */
#define VG_CELL_ORIGINAL_SLOT_SHIFT 0 /* 0..31 */
#define VG_CELL_ORIGINAL_SLOT_MASK 0x0000001f
#define VG_CELL_X 0x80000880 /* read: its registers, once it has stopped */
#define VG_CELL_X_COUNT 32

/* The screening pipeline as the kernel sees it.  Machine mode only: no protection entry opens it to user mode. */
#define VG_COPROCESSOR_DISPATCH 0xfffff800 /* read: address of the handler that this call is to go to: its own if it may run, else the verdict's; outside a call, and when the verdict takes too long, the deny handler */
#define VG_COPROCESSOR_STATUS 0xfffff804 /* read: what waits and what is in force */
#define VG_COPROCESSOR_STATUS_IN_CALL_SHIFT 0 /* between a user-mode ecall and the return */
#define VG_COPROCESSOR_STATUS_IN_CALL_MASK 0x00000001
#define VG_COPROCESSOR_STATUS_EVENT_READY_SHIFT 1 /* the event port takes an event */
#define VG_COPROCESSOR_STATUS_EVENT_READY_MASK 0x00000002
#define VG_COPROCESSOR_STATUS_PATH_READY_SHIFT 2 /* the path port takes a word */
#define VG_COPROCESSOR_STATUS_PATH_READY_MASK 0x00000004
#define VG_COPROCESSOR_STATUS_RECORD_VALID_SHIFT 3 /* a record waits */
#define VG_COPROCESSOR_STATUS_RECORD_VALID_MASK 0x00000008
#define VG_COPROCESSOR_STATUS_STATE_VALID_SHIFT 4 /* the state of a SPILL waits */
#define VG_COPROCESSOR_STATUS_STATE_VALID_MASK 0x00000010
#define VG_COPROCESSOR_STATUS_LOAD_BUSY_SHIFT 5 /* the load port is still writing */
#define VG_COPROCESSOR_STATUS_LOAD_BUSY_MASK 0x00000020
#define VG_COPROCESSOR_STATUS_RUNNING_SHIFT 6 /* a model is in force */
#define VG_COPROCESSOR_STATUS_RUNNING_MASK 0x00000040
#define VG_COPROCESSOR_STATUS_MODEL_SHIFT 7 /* which slot it is in */
#define VG_COPROCESSOR_STATUS_MODEL_MASK 0x00000080
#define VG_COPROCESSOR_STATUS_MODEL_READY_SHIFT 8 /* bit s: model slot s holds a verified model */
#define VG_COPROCESSOR_STATUS_MODEL_READY_MASK 0x00000300
#define VG_COPROCESSOR_STATUS_COUNT_VALID_SHIFT 10 /* calls have been counted */
#define VG_COPROCESSOR_STATUS_COUNT_VALID_MASK 0x00000400
#define VG_COPROCESSOR_STATUS_COUNT_FILLED_SHIFT 11 /* most of the entries for counts are in use */
#define VG_COPROCESSOR_STATUS_COUNT_FILLED_MASK 0x00000800
#define VG_COPROCESSOR_LOCK 0xfffff808 /* read, write 1 to set until reset: tables that nobody may write until reset */
#define VG_COPROCESSOR_LOCK_MODEL_SHIFT 0 /* both model slots and the switch */
#define VG_COPROCESSOR_LOCK_MODEL_MASK 0x00000001
#define VG_COPROCESSOR_LOCK_POLICY_SHIFT 1 /* attributes, judge, modes, templates */
#define VG_COPROCESSOR_LOCK_POLICY_MASK 0x00000002
#define VG_COPROCESSOR_LOCK_VACCINES_SHIFT 2 /* the vaccine banks */
#define VG_COPROCESSOR_LOCK_VACCINES_MASK 0x00000004
#define VG_COPROCESSOR_LOCK_HANDLERS_SHIFT 3 /* the handler tables */
#define VG_COPROCESSOR_LOCK_HANDLERS_MASK 0x00000008
#define VG_COPROCESSOR_TAMPER 0xfffff80c /* read: what was broken since reset */
#define VG_COPROCESSOR_TAMPER_UNDISPATCHED_SHIFT 0 /* return to user mode without this call's dispatch read */
#define VG_COPROCESSOR_TAMPER_UNDISPATCHED_MASK 0x00000001
#define VG_COPROCESSOR_TAMPER_STRAYED_SHIFT 1 /* a fetch that did not follow the handler named */
#define VG_COPROCESSOR_TAMPER_STRAYED_MASK 0x00000002
#define VG_COPROCESSOR_TAMPER_LOCKED_SHIFT 2 /* a write to a locked table; the core is not stopped */
#define VG_COPROCESSOR_TAMPER_LOCKED_MASK 0x00000004
#define VG_COPROCESSOR_SLOT 0xfffff810 /* read, write: slot of the process that runs */
#define VG_COPROCESSOR_SLOT_NUMBER_SHIFT 0 /* 0..31 */
#define VG_COPROCESSOR_SLOT_NUMBER_MASK 0x0000003f
#define VG_COPROCESSOR_GENERATION 0xfffff814 /* read, write: its generation */
#define VG_COPROCESSOR_TEXT_WINDOW 0xfffff818 /* read, write: where `user_text` lies in main RAM; in force two cycles behind the write */
#define VG_COPROCESSOR_TEXT_WINDOW_BASE_SHIFT 0 /* the first granule of main RAM */
#define VG_COPROCESSOR_TEXT_WINDOW_BASE_MASK 0x000000ff
#define VG_COPROCESSOR_TEXT_WINDOW_LIMIT_SHIFT 8 /* granules from there on; 0: nothing answers */
#define VG_COPROCESSOR_TEXT_WINDOW_LIMIT_MASK 0x00003f00
#define VG_COPROCESSOR_DATA_WINDOW 0xfffff81c /* read, write: the same of `user_data` */
#define VG_COPROCESSOR_DATA_WINDOW_BASE_SHIFT 0 /* the first granule of main RAM */
#define VG_COPROCESSOR_DATA_WINDOW_BASE_MASK 0x000000ff
#define VG_COPROCESSOR_DATA_WINDOW_LIMIT_SHIFT 8 /* granules from there on; 0: nothing answers */
#define VG_COPROCESSOR_DATA_WINDOW_LIMIT_MASK 0x00003f00
#define VG_COPROCESSOR_CWD 0xfffff820 /* read, write: where the running process's relative paths start */
#define VG_COPROCESSOR_CWD_NODE_SHIFT 0 /* path node */
#define VG_COPROCESSOR_CWD_NODE_MASK 0x000000ff
#define VG_COPROCESSOR_CWD_EXCESS_SHIFT 8 /* unknown components below it */
#define VG_COPROCESSOR_CWD_EXCESS_MASK 0x0000ff00
#define VG_COPROCESSOR_SHED 0xfffff824 /* read: records lost on the observability lane since reset */
#define VG_COPROCESSOR_ARGUMENT 0xfffff828 /* read: a0 of the call in progress, as it was judged */
#define VG_COPROCESSOR_STRINGS 0xfffff82c /* read: what became of the strings of the call in progress */
#define VG_COPROCESSOR_STRINGS_STATE0_SHIFT 0 /* a StringState */
#define VG_COPROCESSOR_STRINGS_STATE0_MASK 0x00000003
#define VG_COPROCESSOR_STRINGS_OFFSET0_SHIFT 2 /* of its first byte in its area of region `strings` */
#define VG_COPROCESSOR_STRINGS_OFFSET0_MASK 0x0000000c
#define VG_COPROCESSOR_STRINGS_STATE1_SHIFT 4 /* a StringState */
#define VG_COPROCESSOR_STRINGS_STATE1_MASK 0x00000030
#define VG_COPROCESSOR_STRINGS_OFFSET1_SHIFT 6 /* of its first byte in its area of region `strings` */
#define VG_COPROCESSOR_STRINGS_OFFSET1_MASK 0x000000c0
#define VG_COPROCESSOR_EVENT 0xfffff840 /* write: the words of an EVENT; the last one offers it, and is only written when the port takes it */
#define VG_COPROCESSOR_EVENT_COUNT 8
#define VG_COPROCESSOR_PATH 0xfffff860 /* write: the offered event's path stream: per path a PATH_HEAD, then its text, 4 bytes a word; the write waits until there is room */
#define VG_COPROCESSOR_LOAD_ADDRESS 0xfffff868 /* read, write; moves on by one: address on the load port; every write of `load_data` moves it on by one */
#define VG_COPROCESSOR_LOAD_ADDRESS_ADDRESS_SHIFT 0 /* target << 16 | offset */
#define VG_COPROCESSOR_LOAD_ADDRESS_ADDRESS_MASK 0x001fffff
#define VG_COPROCESSOR_LOAD_DATA 0xfffff86c /* write: what is to be written there */
#define VG_COPROCESSOR_LOAD_READ 0xfffff870 /* read takes: the byte that stands at `load_address` in the model slot that is not in force; moves on by one; 0 elsewhere */
#define VG_COPROCESSOR_LOAD_READ_BYTE_SHIFT 0 /* the byte */
#define VG_COPROCESSOR_LOAD_READ_BYTE_MASK 0x000000ff
#define VG_COPROCESSOR_RECORD 0xfffff880 /* read takes: the oldest RECORD; reading the last word takes it */
#define VG_COPROCESSOR_RECORD_COUNT 6
#define VG_COPROCESSOR_STATE 0xfffff8a0 /* read takes: the STATE of a SPILL; reading the last word takes it */
#define VG_COPROCESSOR_STATE_COUNT 6
#define VG_COPROCESSOR_COUNT 0xfffff8b8 /* read takes: the oldest AGGREGATE_ENTRY of allowed calls; reading the last word takes it, where there is one */
#define VG_COPROCESSOR_COUNT_COUNT 2
#define VG_COPROCESSOR_VACCINE 0xfffff8c0 /* read, write: which vaccine the two registers behind it show */
#define VG_COPROCESSOR_VACCINE_INDEX_SHIFT 0 /* its index */
#define VG_COPROCESSOR_VACCINE_INDEX_MASK 0x000001ff
#define VG_COPROCESSOR_VACCINE_HITS 0xfffff8c4 /* read: how often it has matched */
#define VG_COPROCESSOR_VACCINE_EXPIRY 0xfffff8c8 /* read: second at which it expires; 0: it is not in force */
#define VG_COPROCESSOR_HANDLER_INDEX 0xfffff8d0 /* read, write; moves on by one: canonical id whose handler is written next; moves on */
#define VG_COPROCESSOR_HANDLER_INDEX_ID_SHIFT 0 /* canonical id */
#define VG_COPROCESSOR_HANDLER_INDEX_ID_MASK 0x000001ff
#define VG_COPROCESSOR_HANDLER 0xfffff8d4 /* write: its handler's address */
#define VG_COPROCESSOR_VERDICT_HANDLER 0xfffff8e0 /* read, write: handler by verdict; ALLOW's is never used */
#define VG_COPROCESSOR_VERDICT_HANDLER_COUNT 6
#define VG_COPROCESSOR_TAMPERING 0xfffff900 /* read takes: the words of TAMPER, kept over a reset; its rules are 0 where there is nothing to tell; reading the last word makes them so, unless the core is stopped */
#define VG_COPROCESSOR_TAMPERING_COUNT 7
#define VG_COPROCESSOR_BIRTH_ORDER 0xfffff920 /* write: make a vaccine of the last call of this slot */
#define VG_COPROCESSOR_BIRTH_ORDER_SLOT_SHIFT 0 /* 0..31 */
#define VG_COPROCESSOR_BIRTH_ORDER_SLOT_MASK 0x0000001f
#define VG_COPROCESSOR_BIRTH_TAG 0xfffff924 /* write: which program runs in a slot, to tell programs apart */
#define VG_COPROCESSOR_BIRTH_TAG_SLOT_SHIFT 0 /* 0..31 */
#define VG_COPROCESSOR_BIRTH_TAG_SLOT_MASK 0x0000001f
#define VG_COPROCESSOR_BIRTH_TAG_TAG_SHIFT 5 /* who share it count as one */
#define VG_COPROCESSOR_BIRTH_TAG_TAG_MASK 0x000001e0
#define VG_COPROCESSOR_BIRTHS_REFUSED 0xfffff928 /* read: vaccines not born since reset: the tree has had its share, no index or place is free, the slot has called nothing, or another order waits */
#define VG_COPROCESSOR_BIRTH 0xfffff92c /* read, write: which birth `birth_page` shows */
#define VG_COPROCESSOR_BIRTH_NUMBER_SHIFT 0 /* its vaccine index, less BIRTH_FIRST */
#define VG_COPROCESSOR_BIRTH_NUMBER_MASK 0x0000003f
#define VG_COPROCESSOR_BIRTH_PAGE 0xfffff930 /* read: its key, lower half and upper half, and the units of its mask; as long as it is in force.  Not between an event and its paths */
#define VG_COPROCESSOR_BIRTH_PAGE_COUNT 3
#define VG_COPROCESSOR_COUNTING 0xfffff940 /* read, write: whether calls are counted */
#define VG_COPROCESSOR_COUNTING_ON_SHIFT 0 /* a call that is allowed, and touches no secret, leaves no record, where it can be counted; nor does a FORK, EXEC or EXIT of the core's without a fault */
#define VG_COPROCESSOR_COUNTING_ON_MASK 0x00000001
#define VG_COPROCESSOR_COUNTED 0xfffff944 /* read: what is counted */
#define VG_COPROCESSOR_COUNTED_ENTRIES_SHIFT 0 /* entries that wait */
#define VG_COPROCESSOR_COUNTED_ENTRIES_MASK 0x000003ff
#define VG_COPROCESSOR_COUNTED_FROM 0xfffff948 /* read: the first record counted since there was no entry */
#define VG_COPROCESSOR_COUNTED_TO 0xfffff94c /* read: the record behind the last one counted */
#define VG_COPROCESSOR_SCORE_SLOT 0xfffff950 /* read, write: which slot `score` shows */
#define VG_COPROCESSOR_SCORE_SLOT_SLOT_SHIFT 0 /* 0..31 */
#define VG_COPROCESSOR_SCORE_SLOT_SLOT_MASK 0x0000001f
#define VG_COPROCESSOR_SCORE 0xfffff954 /* read: the words of the SCORE of the process that last made a call there */
#define VG_COPROCESSOR_SCORE_COUNT 3
#define VG_COPROCESSOR_FREEZE 0xfffff960 /* write: freeze or free a process: its windows are shut while it is frozen, or its clone in the cell; the verdicts CLONE and QUARANTINE freeze by themselves */
#define VG_COPROCESSOR_FREEZE_SLOT_SHIFT 0 /* 0..31 */
#define VG_COPROCESSOR_FREEZE_SLOT_MASK 0x0000001f
#define VG_COPROCESSOR_FREEZE_ON_SHIFT 5 /* freeze it */
#define VG_COPROCESSOR_FREEZE_ON_MASK 0x00000020
#define VG_COPROCESSOR_FROZEN 0xfffff964 /* read: bit s: the process in slot s is frozen */

/* What comes before a path's text on the path stream. */
#define VG_PATH_HEAD_WORDS 1
#define VG_PATH_HEAD_BYTES 4
#define VG_PATH_HEAD_NODE_OFFSET 0 /* path node where the path starts if it is relative */
#define VG_PATH_HEAD_NODE_WIDTH 8
#define VG_PATH_HEAD_EXCESS_OFFSET 8 /* unknown components below that node */
#define VG_PATH_HEAD_EXCESS_WIDTH 8
#define VG_PATH_HEAD_LENGTH_OFFSET 16 /* bytes of text */
#define VG_PATH_HEAD_LENGTH_WIDTH 16

/* What was last said of a process of the core's. */
#define VG_SCORE_WORDS 3
#define VG_SCORE_BYTES 12
#define VG_SCORE_SCORE_OFFSET 0 /* score * 255, by its last call */
#define VG_SCORE_SCORE_WIDTH 8
#define VG_SCORE_TIER_OFFSET 8 /* tier, the same */
#define VG_SCORE_TIER_WIDTH 2
#define VG_SCORE_VERDICT_OFFSET 10 /* what that call was answered */
#define VG_SCORE_VERDICT_WIDTH 3
#define VG_SCORE_SPARE0_OFFSET 13 /* 0 */
#define VG_SCORE_SPARE0_WIDTH 19
#define VG_SCORE_ALLOWED_OFFSET 32 /* calls that were allowed */
#define VG_SCORE_ALLOWED_WIDTH 32
#define VG_SCORE_GENERATION_OFFSET 64 /* the process's life: all is of it */
#define VG_SCORE_GENERATION_WIDTH 32

/* Verdicts ignored.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_TAMPER_CYCLES 0x400000 /* cycles from one TAMPER to the next */

/* Quarantine.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_QUARANTINE_PURGE_FROM 230 /* score byte from which on a family is ended */
#define VG_QUARANTINE_DENIED_SOME 4 /* calls not allowed, from which on DENIED */
#define VG_QUARANTINE_DENIED_MANY 32 /* and from which on DENIED_OFTEN */
#define VG_QUARANTINE_WRITERS_MANY 6 /* files open for writing, from which on WRITERS */
#define VG_QUARANTINE_COOL_MS 1000 /* after a resume a verdict only denies for so long */
#define VG_QUARANTINE_BOUND_MS 100 /* in which a family is resumed or ended */
#define VG_QUARANTINE_WEIGHT_WRITE_EXECUTE 100 /* what WRITE_EXECUTE adds to the score byte */
#define VG_QUARANTINE_WEIGHT_STACK 130 /* what STACK adds to the score byte */
#define VG_QUARANTINE_WEIGHT_COUNTER 130 /* what COUNTER adds to the score byte */
#define VG_QUARANTINE_WEIGHT_TEXT 255 /* what TEXT adds to the score byte */
#define VG_QUARANTINE_WEIGHT_RETURN 110 /* what RETURN adds to the score byte */
#define VG_QUARANTINE_WEIGHT_CANARY 160 /* what CANARY adds to the score byte */
#define VG_QUARANTINE_WEIGHT_DENIED 40 /* what DENIED adds to the score byte */
#define VG_QUARANTINE_WEIGHT_DENIED_OFTEN 50 /* what DENIED_OFTEN adds to the score byte */
#define VG_QUARANTINE_WEIGHT_HOSTILE 40 /* what HOSTILE adds to the score byte */
#define VG_QUARANTINE_WEIGHT_WRITERS 50 /* what WRITERS adds to the score byte */
#define VG_QUARANTINE_WEIGHT_SECRETS 60 /* what SECRETS adds to the score byte */
#define VG_QUARANTINE_WEIGHT_SOCKET 20 /* what SOCKET adds to the score byte */
#define VG_QUARANTINE_WEIGHT_SECRET_SOCKET 80 /* what SECRET_SOCKET adds to the score byte */
#define VG_QUARANTINE_WEIGHT_AGAIN 60 /* what AGAIN adds to the score byte */
#define VG_QUARANTINE_WEIGHT_LAST 255 /* what LAST adds to the score byte */
#define VG_QUARANTINE_WEIGHT_CELL 60 /* what CELL adds to the score byte */

/* The cell.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_CELL_BYTES 16384 /* bytes that a clone can write */
#define VG_CELL_LINE_BYTES 32 /* a line of them */
#define VG_CELL_START_CYCLES 64 /* from the order to the first instruction, at most */
#define VG_CELL_BUDGET_CYCLES 0x3d090 /* cycles of a rehearsal, in all */
#define VG_CELL_CALL_CYCLES 1000 /* of them, for each call that is served */
#define VG_CELL_WRITTEN_MANY 32768 /* bytes written by calls: overrun while writing */
#define VG_CELL_WAITING_MOST 3 /* processes that wait for the cell */

/* The link.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_LINK_VERSION 1 /* version of framing and frame types */
#define VG_LINK_DELIMITER 0 /* the byte that ends every frame */
#define VG_LINK_CRC_BYTES 4 /* bytes of CRC behind the payload */
#define VG_LINK_CRC_POLYNOMIAL 0xedb88320 /* CRC-32, reflected; starts and ends with all ones */
#define VG_LINK_PAYLOAD_MAX 4096 /* bytes of payload that every receiver takes */
#define VG_LINK_MODEL_CHUNK 512 /* bytes of a model in one MODEL_DATA */
#define VG_LINK_FILE_CHUNK 1024 /* bytes of a file in one FILE_DATA */
#define VG_LINK_FILE_NAME_BYTES 32 /* bytes for the name in a FILE_ENTRY */
#define VG_LINK_PROCESS_NAME_BYTES 16 /* bytes for the name in a PROCESS_ENTRY */
#define VG_LINK_HELLO_MAGIC 0x31474956 /* first word of a HELLO */
#define VG_LINK_ABORT_ZEROS 2 /* delimiters before an ABORT */
#define VG_LINK_CREDIT_BYTES 64 /* the unit of credit */
#define VG_LINK_TIMEOUT_MS 200 /* milliseconds without an acknowledgement before sending again */
#define VG_LINK_BATCH_MS 200 /* milliseconds between AGGREGATEs */
#define VG_LINK_NAME_BYTES 48 /* longest name of a model */

/* What every frame begins with. */
#define VG_FRAME_HEADER_WORDS 1
#define VG_FRAME_HEADER_BYTES 4
#define VG_FRAME_HEADER_TYPE_OFFSET 0 /* frame type */
#define VG_FRAME_HEADER_TYPE_WIDTH 8
#define VG_FRAME_HEADER_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_HEADER_SPARE0_WIDTH 8
#define VG_FRAME_HEADER_SEQUENCE_OFFSET 16 /* number of this frame; an unnumbered frame has the next one's, TAMPER 0 */
#define VG_FRAME_HEADER_SEQUENCE_WIDTH 16

/* Frames of the link.  Stands: the simulated board's gateware, its firmware and the host keep to it. */

/* Fixed part of HELLO. */
#define VG_FRAME_HELLO_WORDS 9
#define VG_FRAME_HELLO_BYTES 36
#define VG_FRAME_HELLO_MAGIC_OFFSET 0 /* HELLO_MAGIC */
#define VG_FRAME_HELLO_MAGIC_WIDTH 32
#define VG_FRAME_HELLO_LINK_OFFSET 32 /* LINK_VERSION */
#define VG_FRAME_HELLO_LINK_WIDTH 8
#define VG_FRAME_HELLO_LINK_OLDEST_OFFSET 40 /* oldest link version that is still spoken */
#define VG_FRAME_HELLO_LINK_OLDEST_WIDTH 8
#define VG_FRAME_HELLO_CONTRACT_OFFSET 48 /* CONTRACT_VERSION */
#define VG_FRAME_HELLO_CONTRACT_WIDTH 16
#define VG_FRAME_HELLO_CAPABILITIES_OFFSET 64 /* bit c: Capability c */
#define VG_FRAME_HELLO_CAPABILITIES_WIDTH 32
#define VG_FRAME_HELLO_PAYLOAD_MAX_OFFSET 96 /* bytes of payload that this side takes */
#define VG_FRAME_HELLO_PAYLOAD_MAX_WIDTH 16
#define VG_FRAME_HELLO_ANSWER_OFFSET 112 /* this answers a HELLO */
#define VG_FRAME_HELLO_ANSWER_WIDTH 1
#define VG_FRAME_HELLO_SPARE0_OFFSET 113 /* 0 */
#define VG_FRAME_HELLO_SPARE0_WIDTH 7
#define VG_FRAME_HELLO_CREDIT_OFFSET 120 /* what this side can take, in CREDIT_BYTES */
#define VG_FRAME_HELLO_CREDIT_WIDTH 8
#define VG_FRAME_HELLO_SESSION_OFFSET 128 /* drawn by the host; the answer repeats it */
#define VG_FRAME_HELLO_SESSION_WIDTH 32
#define VG_FRAME_HELLO_CLOCK_OFFSET 160 /* the board's cycles per second; 0 from the host */
#define VG_FRAME_HELLO_CLOCK_WIDTH 32
#define VG_FRAME_HELLO_LINE_RATE_OFFSET 192 /* bits per second on the line; 0 from the host */
#define VG_FRAME_HELLO_LINE_RATE_WIDTH 32
#define VG_FRAME_HELLO_BOARD_LOW_OFFSET 224 /* the board's number, lower half; 0 from the host */
#define VG_FRAME_HELLO_BOARD_LOW_WIDTH 32
#define VG_FRAME_HELLO_BOARD_HIGH_OFFSET 256 /* and its upper half */
#define VG_FRAME_HELLO_BOARD_HIGH_WIDTH 32

/* Fixed part of ACK. */
#define VG_FRAME_ACK_WORDS 1
#define VG_FRAME_ACK_BYTES 4
#define VG_FRAME_ACK_NEXT_OFFSET 0 /* the number that is expected next */
#define VG_FRAME_ACK_NEXT_WIDTH 16
#define VG_FRAME_ACK_CREDIT_OFFSET 16 /* what can be taken of the frames from `next` on, in CREDIT_BYTES */
#define VG_FRAME_ACK_CREDIT_WIDTH 8
#define VG_FRAME_ACK_AGAIN_OFFSET 24 /* a later number has come: send from `next` on again */
#define VG_FRAME_ACK_AGAIN_WIDTH 1
#define VG_FRAME_ACK_SPARE0_OFFSET 25 /* 0 */
#define VG_FRAME_ACK_SPARE0_WIDTH 7

/* Fixed part of ABORT. */
#define VG_FRAME_ABORT_WORDS 1
#define VG_FRAME_ABORT_BYTES 4
#define VG_FRAME_ABORT_REASON_OFFSET 0 /* for people; 0 is fine */
#define VG_FRAME_ABORT_REASON_WIDTH 32

/* Fixed part of REFUSED. */
#define VG_FRAME_REFUSED_WORDS 1
#define VG_FRAME_REFUSED_BYTES 4
#define VG_FRAME_REFUSED_SEQUENCE_OFFSET 0 /* number of the frame refused */
#define VG_FRAME_REFUSED_SEQUENCE_WIDTH 16
#define VG_FRAME_REFUSED_TYPE_OFFSET 16 /* its type */
#define VG_FRAME_REFUSED_TYPE_WIDTH 8
#define VG_FRAME_REFUSED_REASON_OFFSET 24 /* why */
#define VG_FRAME_REFUSED_REASON_WIDTH 8

/* Fixed part of RESET. */
#define VG_FRAME_RESET_WORDS 1
#define VG_FRAME_RESET_BYTES 4
#define VG_FRAME_RESET_KEY_OFFSET 0 /* registers.RESET_KEY */
#define VG_FRAME_RESET_KEY_WIDTH 32

/* Fixed part of EVENT. */
#define VG_FRAME_EVENT_WORDS 1
#define VG_FRAME_EVENT_BYTES 4
#define VG_FRAME_EVENT_COUNT_OFFSET 0 /* how many follow, at least 1 */
#define VG_FRAME_EVENT_COUNT_WIDTH 8
#define VG_FRAME_EVENT_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_EVENT_SPARE0_WIDTH 24

/* Fixed part of RECORD. */
#define VG_FRAME_RECORD_WORDS 1
#define VG_FRAME_RECORD_BYTES 4
#define VG_FRAME_RECORD_COUNT_OFFSET 0 /* how many follow, at least 1 */
#define VG_FRAME_RECORD_COUNT_WIDTH 8
#define VG_FRAME_RECORD_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_RECORD_SPARE0_WIDTH 24

/* Fixed part of STATE. */
#define VG_FRAME_STATE_WORDS 1
#define VG_FRAME_STATE_BYTES 4
#define VG_FRAME_STATE_COUNT_OFFSET 0 /* how many follow, at least 1 */
#define VG_FRAME_STATE_COUNT_WIDTH 8
#define VG_FRAME_STATE_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_STATE_SPARE0_WIDTH 24

/* Fixed part of AGGREGATE. */
#define VG_FRAME_AGGREGATE_WORDS 2
#define VG_FRAME_AGGREGATE_BYTES 8
#define VG_FRAME_AGGREGATE_FROM_SEQUENCE_OFFSET 0 /* the first record counted here */
#define VG_FRAME_AGGREGATE_FROM_SEQUENCE_WIDTH 32
#define VG_FRAME_AGGREGATE_TO_SEQUENCE_OFFSET 32 /* the first one that is not */
#define VG_FRAME_AGGREGATE_TO_SEQUENCE_WIDTH 32

/* What was done, by whom and when: of the first write to what is locked, until the core is stopped; then of what stopped it. */
#define VG_FRAME_TAMPER_WORDS 7
#define VG_FRAME_TAMPER_BYTES 28
#define VG_FRAME_TAMPER_UNDISPATCHED_OFFSET 0 /* return to user mode without this call's dispatch read */
#define VG_FRAME_TAMPER_UNDISPATCHED_WIDTH 1
#define VG_FRAME_TAMPER_STRAYED_OFFSET 1 /* a fetch that did not follow the handler named */
#define VG_FRAME_TAMPER_STRAYED_WIDTH 1
#define VG_FRAME_TAMPER_LOCKED_OFFSET 2 /* a write to a locked table; the core is not stopped */
#define VG_FRAME_TAMPER_LOCKED_WIDTH 1
#define VG_FRAME_TAMPER_ANSWERED_OFFSET 3 /* the dispatch register was read for the last call: `handler` is what it said */
#define VG_FRAME_TAMPER_ANSWERED_WIDTH 1
#define VG_FRAME_TAMPER_SPARE0_OFFSET 4 /* 0 */
#define VG_FRAME_TAMPER_SPARE0_WIDTH 4
#define VG_FRAME_TAMPER_SLOT_OFFSET 8 /* of the process that made the last call */
#define VG_FRAME_TAMPER_SLOT_WIDTH 6
#define VG_FRAME_TAMPER_SPARE1_OFFSET 14 /* 0 */
#define VG_FRAME_TAMPER_SPARE1_WIDTH 18
#define VG_FRAME_TAMPER_GENERATION_OFFSET 32 /* its generation */
#define VG_FRAME_TAMPER_GENERATION_WIDTH 32
#define VG_FRAME_TAMPER_PC_OFFSET 64 /* the instruction that did it: the first one astray, the return, the store */
#define VG_FRAME_TAMPER_PC_WIDTH 32
#define VG_FRAME_TAMPER_BEFORE_OFFSET 96 /* the one that began before it */
#define VG_FRAME_TAMPER_BEFORE_WIDTH 32
#define VG_FRAME_TAMPER_HANDLER_OFFSET 128 /* where the call was to go */
#define VG_FRAME_TAMPER_HANDLER_WIDTH 32
#define VG_FRAME_TAMPER_TIME_LOW_OFFSET 160 /* cycles since reset, lower half */
#define VG_FRAME_TAMPER_TIME_LOW_WIDTH 32
#define VG_FRAME_TAMPER_TIME_HIGH_OFFSET 192 /* and upper half */
#define VG_FRAME_TAMPER_TIME_HIGH_WIDTH 32

/* Fixed part of RECORD_MODE. */
#define VG_FRAME_RECORD_MODE_WORDS 1
#define VG_FRAME_RECORD_MODE_BYTES 4
#define VG_FRAME_RECORD_MODE_MODE_OFFSET 0 /* which */
#define VG_FRAME_RECORD_MODE_MODE_WIDTH 8
#define VG_FRAME_RECORD_MODE_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_RECORD_MODE_SPARE0_WIDTH 24

/* Fixed part of STATUS_READ. */
#define VG_FRAME_STATUS_READ_WORDS 1
#define VG_FRAME_STATUS_READ_BYTES 4
#define VG_FRAME_STATUS_READ_SPARE0_OFFSET 0 /* 0 */
#define VG_FRAME_STATUS_READ_SPARE0_WIDTH 32

/* Fixed part of STATUS. */
#define VG_FRAME_STATUS_WORDS 18
#define VG_FRAME_STATUS_BYTES 72
#define VG_FRAME_STATUS_NOW_LOW_OFFSET 0 /* cycles since reset, lower half */
#define VG_FRAME_STATUS_NOW_LOW_WIDTH 32
#define VG_FRAME_STATUS_NOW_HIGH_OFFSET 32 /* and upper half */
#define VG_FRAME_STATUS_NOW_HIGH_WIDTH 32
#define VG_FRAME_STATUS_BOOT_CYCLES_OFFSET 64 /* cycles from reset until the line was served */
#define VG_FRAME_STATUS_BOOT_CYCLES_WIDTH 32
#define VG_FRAME_STATUS_BUILD_OFFSET 96 /* first 32 bits of the digest of the gateware's sources */
#define VG_FRAME_STATUS_BUILD_WIDTH 32
#define VG_FRAME_STATUS_FIRMWARE_OFFSET 128 /* first 32 bits of the digest of the firmware */
#define VG_FRAME_STATUS_FIRMWARE_WIDTH 32
#define VG_FRAME_STATUS_RUNNING_OFFSET 160 /* a model is in force */
#define VG_FRAME_STATUS_RUNNING_WIDTH 1
#define VG_FRAME_STATUS_ACTIVE_OFFSET 161 /* its slot */
#define VG_FRAME_STATUS_ACTIVE_WIDTH 1
#define VG_FRAME_STATUS_MODE_OFFSET 162 /* which records are sent */
#define VG_FRAME_STATUS_MODE_WIDTH 8
#define VG_FRAME_STATUS_CANARIES_OFFSET 170 /* uses of canaries (docs/honeypot.md) */
#define VG_FRAME_STATUS_CANARIES_WIDTH 16
#define VG_FRAME_STATUS_SPARE0_OFFSET 186 /* 0 */
#define VG_FRAME_STATUS_SPARE0_WIDTH 6
#define VG_FRAME_STATUS_EVENTS_OFFSET 192 /* events screened for the host */
#define VG_FRAME_STATUS_EVENTS_WIDTH 32
#define VG_FRAME_STATUS_EVENT_CYCLES_OFFSET 224 /* core cycles from a host event's frame to its record, summed over them */
#define VG_FRAME_STATUS_EVENT_CYCLES_WIDTH 32
#define VG_FRAME_STATUS_RECORDS_OFFSET 256 /* records sent */
#define VG_FRAME_STATUS_RECORDS_WIDTH 32
#define VG_FRAME_STATUS_COUNTED_OFFSET 288 /* records that left as counts */
#define VG_FRAME_STATUS_COUNTED_WIDTH 32
#define VG_FRAME_STATUS_RESENT_OFFSET 320 /* frames sent again */
#define VG_FRAME_STATUS_RESENT_WIDTH 32
#define VG_FRAME_STATUS_DAMAGED_OFFSET 352 /* frames received damaged */
#define VG_FRAME_STATUS_DAMAGED_WIDTH 32
#define VG_FRAME_STATUS_DROPPED_OFFSET 384 /* frames received for which there was no room */
#define VG_FRAME_STATUS_DROPPED_WIDTH 32
#define VG_FRAME_STATUS_REPEATED_OFFSET 416 /* frames received out of order or again */
#define VG_FRAME_STATUS_REPEATED_WIDTH 32
#define VG_FRAME_STATUS_SHED_RECORDS_OFFSET 448 /* records lost: the observability lane only */
#define VG_FRAME_STATUS_SHED_RECORDS_WIDTH 32
#define VG_FRAME_STATUS_SHED_LOG_OFFSET 480 /* bytes of log lost before they reached the flash */
#define VG_FRAME_STATUS_SHED_LOG_WIDTH 32
#define VG_FRAME_STATUS_LOG_BEGIN_OFFSET 512 /* place of the oldest byte of log that is kept */
#define VG_FRAME_STATUS_LOG_BEGIN_WIDTH 32
#define VG_FRAME_STATUS_LOG_END_OFFSET 544 /* place behind the newest one */
#define VG_FRAME_STATUS_LOG_END_WIDTH 32

/* Fixed part of MODEL_BEGIN. */
#define VG_FRAME_MODEL_BEGIN_WORDS 9
#define VG_FRAME_MODEL_BEGIN_BYTES 36
#define VG_FRAME_MODEL_BEGIN_SLOT_OFFSET 0 /* model slot */
#define VG_FRAME_MODEL_BEGIN_SLOT_WIDTH 1
#define VG_FRAME_MODEL_BEGIN_SPARE0_OFFSET 1 /* 0 */
#define VG_FRAME_MODEL_BEGIN_SPARE0_WIDTH 15
#define VG_FRAME_MODEL_BEGIN_SIZE_OFFSET 16 /* bytes of the image */
#define VG_FRAME_MODEL_BEGIN_SIZE_WIDTH 16
#define VG_FRAME_MODEL_BEGIN_DIGEST0_OFFSET 32 /* SHA-256 of the image, bytes 0.. of it */
#define VG_FRAME_MODEL_BEGIN_DIGEST0_WIDTH 32
#define VG_FRAME_MODEL_BEGIN_DIGEST1_OFFSET 64 /* SHA-256 of the image, bytes 4.. of it */
#define VG_FRAME_MODEL_BEGIN_DIGEST1_WIDTH 32
#define VG_FRAME_MODEL_BEGIN_DIGEST2_OFFSET 96 /* SHA-256 of the image, bytes 8.. of it */
#define VG_FRAME_MODEL_BEGIN_DIGEST2_WIDTH 32
#define VG_FRAME_MODEL_BEGIN_DIGEST3_OFFSET 128 /* SHA-256 of the image, bytes 12.. of it */
#define VG_FRAME_MODEL_BEGIN_DIGEST3_WIDTH 32
#define VG_FRAME_MODEL_BEGIN_DIGEST4_OFFSET 160 /* SHA-256 of the image, bytes 16.. of it */
#define VG_FRAME_MODEL_BEGIN_DIGEST4_WIDTH 32
#define VG_FRAME_MODEL_BEGIN_DIGEST5_OFFSET 192 /* SHA-256 of the image, bytes 20.. of it */
#define VG_FRAME_MODEL_BEGIN_DIGEST5_WIDTH 32
#define VG_FRAME_MODEL_BEGIN_DIGEST6_OFFSET 224 /* SHA-256 of the image, bytes 24.. of it */
#define VG_FRAME_MODEL_BEGIN_DIGEST6_WIDTH 32
#define VG_FRAME_MODEL_BEGIN_DIGEST7_OFFSET 256 /* SHA-256 of the image, bytes 28.. of it */
#define VG_FRAME_MODEL_BEGIN_DIGEST7_WIDTH 32

/* Fixed part of MODEL_DATA. */
#define VG_FRAME_MODEL_DATA_WORDS 1
#define VG_FRAME_MODEL_DATA_BYTES 4
#define VG_FRAME_MODEL_DATA_SLOT_OFFSET 0 /* model slot */
#define VG_FRAME_MODEL_DATA_SLOT_WIDTH 1
#define VG_FRAME_MODEL_DATA_SPARE0_OFFSET 1 /* 0 */
#define VG_FRAME_MODEL_DATA_SPARE0_WIDTH 15
#define VG_FRAME_MODEL_DATA_OFFSET_OFFSET 16 /* where they stand in the image */
#define VG_FRAME_MODEL_DATA_OFFSET_WIDTH 16

/* Fixed part of MODEL_VECTORS. */
#define VG_FRAME_MODEL_VECTORS_WORDS 1
#define VG_FRAME_MODEL_VECTORS_BYTES 4
#define VG_FRAME_MODEL_VECTORS_COUNT_OFFSET 0 /* how many follow, at least 1 */
#define VG_FRAME_MODEL_VECTORS_COUNT_WIDTH 8
#define VG_FRAME_MODEL_VECTORS_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_MODEL_VECTORS_SPARE0_WIDTH 24

/* Fixed part of MODEL_END. */
#define VG_FRAME_MODEL_END_WORDS 1
#define VG_FRAME_MODEL_END_BYTES 4
#define VG_FRAME_MODEL_END_SLOT_OFFSET 0 /* model slot */
#define VG_FRAME_MODEL_END_SLOT_WIDTH 1
#define VG_FRAME_MODEL_END_SPARE0_OFFSET 1 /* 0 */
#define VG_FRAME_MODEL_END_SPARE0_WIDTH 31

/* Fixed part of MODEL_READ. */
#define VG_FRAME_MODEL_READ_WORDS 1
#define VG_FRAME_MODEL_READ_BYTES 4
#define VG_FRAME_MODEL_READ_SLOT_OFFSET 0 /* model slot */
#define VG_FRAME_MODEL_READ_SLOT_WIDTH 1
#define VG_FRAME_MODEL_READ_IMAGE_OFFSET 1 /* and for the image */
#define VG_FRAME_MODEL_READ_IMAGE_WIDTH 1
#define VG_FRAME_MODEL_READ_SPARE0_OFFSET 2 /* 0 */
#define VG_FRAME_MODEL_READ_SPARE0_WIDTH 30

/* Fixed part of MODEL_STATUS. */
#define VG_FRAME_MODEL_STATUS_WORDS 9
#define VG_FRAME_MODEL_STATUS_BYTES 36
#define VG_FRAME_MODEL_STATUS_SLOT_OFFSET 0 /* model slot */
#define VG_FRAME_MODEL_STATUS_SLOT_WIDTH 1
#define VG_FRAME_MODEL_STATUS_SPARE0_OFFSET 1 /* 0 */
#define VG_FRAME_MODEL_STATUS_SPARE0_WIDTH 7
#define VG_FRAME_MODEL_STATUS_RESULT_OFFSET 8 /* how it stands */
#define VG_FRAME_MODEL_STATUS_RESULT_WIDTH 8
#define VG_FRAME_MODEL_STATUS_VECTOR_OFFSET 16 /* number of the self-test vector that failed */
#define VG_FRAME_MODEL_STATUS_VECTOR_WIDTH 16
#define VG_FRAME_MODEL_STATUS_DIGEST0_OFFSET 32 /* SHA-256 of the image, bytes 0.. of it */
#define VG_FRAME_MODEL_STATUS_DIGEST0_WIDTH 32
#define VG_FRAME_MODEL_STATUS_DIGEST1_OFFSET 64 /* SHA-256 of the image, bytes 4.. of it */
#define VG_FRAME_MODEL_STATUS_DIGEST1_WIDTH 32
#define VG_FRAME_MODEL_STATUS_DIGEST2_OFFSET 96 /* SHA-256 of the image, bytes 8.. of it */
#define VG_FRAME_MODEL_STATUS_DIGEST2_WIDTH 32
#define VG_FRAME_MODEL_STATUS_DIGEST3_OFFSET 128 /* SHA-256 of the image, bytes 12.. of it */
#define VG_FRAME_MODEL_STATUS_DIGEST3_WIDTH 32
#define VG_FRAME_MODEL_STATUS_DIGEST4_OFFSET 160 /* SHA-256 of the image, bytes 16.. of it */
#define VG_FRAME_MODEL_STATUS_DIGEST4_WIDTH 32
#define VG_FRAME_MODEL_STATUS_DIGEST5_OFFSET 192 /* SHA-256 of the image, bytes 20.. of it */
#define VG_FRAME_MODEL_STATUS_DIGEST5_WIDTH 32
#define VG_FRAME_MODEL_STATUS_DIGEST6_OFFSET 224 /* SHA-256 of the image, bytes 24.. of it */
#define VG_FRAME_MODEL_STATUS_DIGEST6_WIDTH 32
#define VG_FRAME_MODEL_STATUS_DIGEST7_OFFSET 256 /* SHA-256 of the image, bytes 28.. of it */
#define VG_FRAME_MODEL_STATUS_DIGEST7_WIDTH 32

/* Fixed part of LOAD. */
#define VG_FRAME_LOAD_WORDS 1
#define VG_FRAME_LOAD_BYTES 4
#define VG_FRAME_LOAD_ADDRESS_OFFSET 0 /* where the first one goes: target << 16 | offset */
#define VG_FRAME_LOAD_ADDRESS_WIDTH 21
#define VG_FRAME_LOAD_SPARE0_OFFSET 21 /* 0 */
#define VG_FRAME_LOAD_SPARE0_WIDTH 11

/* Fixed part of LOG_READ. */
#define VG_FRAME_LOG_READ_WORDS 1
#define VG_FRAME_LOG_READ_BYTES 4
#define VG_FRAME_LOG_READ_PLACE_OFFSET 0 /* bytes of log before the first one wanted */
#define VG_FRAME_LOG_READ_PLACE_WIDTH 32

/* Fixed part of LOG. */
#define VG_FRAME_LOG_WORDS 2
#define VG_FRAME_LOG_BYTES 8
#define VG_FRAME_LOG_PLACE_OFFSET 0 /* bytes of log before this piece, since the flash was blank */
#define VG_FRAME_LOG_PLACE_WIDTH 32
#define VG_FRAME_LOG_END_OFFSET 32 /* bytes of log so far */
#define VG_FRAME_LOG_END_WIDTH 32

/* Fixed part of TERMINAL. */
#define VG_FRAME_TERMINAL_WORDS 1
#define VG_FRAME_TERMINAL_BYTES 4
#define VG_FRAME_TERMINAL_PROCESS_OFFSET 0 /* 0: the console; else, from the board, the program's number */
#define VG_FRAME_TERMINAL_PROCESS_WIDTH 32

/* Fixed part of FILE_LIST. */
#define VG_FRAME_FILE_LIST_WORDS 1
#define VG_FRAME_FILE_LIST_BYTES 4
#define VG_FRAME_FILE_LIST_FIRST_OFFSET 0 /* 0, or `next` of the FILE_ENTRIES before */
#define VG_FRAME_FILE_LIST_FIRST_WIDTH 16
#define VG_FRAME_FILE_LIST_ITSELF_OFFSET 16 /* of a folder, too */
#define VG_FRAME_FILE_LIST_ITSELF_WIDTH 1
#define VG_FRAME_FILE_LIST_TREE_OFFSET 17 /* 1 + a process tree: as that one sees the files; 0: as they are */
#define VG_FRAME_FILE_LIST_TREE_WIDTH 6
#define VG_FRAME_FILE_LIST_SPARE0_OFFSET 23 /* 0 */
#define VG_FRAME_FILE_LIST_SPARE0_WIDTH 9

/* Fixed part of FILE_ENTRIES. */
#define VG_FRAME_FILE_ENTRIES_WORDS 1
#define VG_FRAME_FILE_ENTRIES_BYTES 4
#define VG_FRAME_FILE_ENTRIES_COUNT_OFFSET 0 /* how many follow; there may be none */
#define VG_FRAME_FILE_ENTRIES_COUNT_WIDTH 8
#define VG_FRAME_FILE_ENTRIES_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_FILE_ENTRIES_SPARE0_WIDTH 8
#define VG_FRAME_FILE_ENTRIES_NEXT_OFFSET 16 /* where to go on; 0: that was all */
#define VG_FRAME_FILE_ENTRIES_NEXT_WIDTH 16

/* Fixed part of FILE_READ. */
#define VG_FRAME_FILE_READ_WORDS 1
#define VG_FRAME_FILE_READ_BYTES 4
#define VG_FRAME_FILE_READ_TREE_OFFSET 0 /* 1 + a process tree: as that one sees the files; 0: as they are */
#define VG_FRAME_FILE_READ_TREE_WIDTH 6
#define VG_FRAME_FILE_READ_SPARE0_OFFSET 6 /* 0 */
#define VG_FRAME_FILE_READ_SPARE0_WIDTH 26

/* Fixed part of FILE_WRITE. */
#define VG_FRAME_FILE_WRITE_WORDS 2
#define VG_FRAME_FILE_WRITE_BYTES 8
#define VG_FRAME_FILE_WRITE_SIZE_OFFSET 0 /* its bytes */
#define VG_FRAME_FILE_WRITE_SIZE_WIDTH 32
#define VG_FRAME_FILE_WRITE_MODE_OFFSET 32 /* permissions; but those of a file that is there already stay, and its owner */
#define VG_FRAME_FILE_WRITE_MODE_WIDTH 16
#define VG_FRAME_FILE_WRITE_SPARE0_OFFSET 48 /* 0 */
#define VG_FRAME_FILE_WRITE_SPARE0_WIDTH 16

/* Fixed part of FILE_DATA. */
#define VG_FRAME_FILE_DATA_WORDS 2
#define VG_FRAME_FILE_DATA_BYTES 8
#define VG_FRAME_FILE_DATA_OFFSET_OFFSET 0 /* where they stand in it */
#define VG_FRAME_FILE_DATA_OFFSET_WIDTH 32
#define VG_FRAME_FILE_DATA_SIZE_OFFSET 32 /* bytes of all of it; 0 from the host */
#define VG_FRAME_FILE_DATA_SIZE_WIDTH 32

/* Fixed part of FILE_END. */
#define VG_FRAME_FILE_END_WORDS 1
#define VG_FRAME_FILE_END_BYTES 4
#define VG_FRAME_FILE_END_SPARE0_OFFSET 0 /* 0 */
#define VG_FRAME_FILE_END_SPARE0_WIDTH 32

/* Fixed part of FILE_REMOVE. */
#define VG_FRAME_FILE_REMOVE_WORDS 1
#define VG_FRAME_FILE_REMOVE_BYTES 4
#define VG_FRAME_FILE_REMOVE_SPARE0_OFFSET 0 /* 0 */
#define VG_FRAME_FILE_REMOVE_SPARE0_WIDTH 32

/* Fixed part of FOLDER_MAKE. */
#define VG_FRAME_FOLDER_MAKE_WORDS 1
#define VG_FRAME_FOLDER_MAKE_BYTES 4
#define VG_FRAME_FOLDER_MAKE_MODE_OFFSET 0 /* permissions */
#define VG_FRAME_FOLDER_MAKE_MODE_WIDTH 16
#define VG_FRAME_FOLDER_MAKE_SPARE0_OFFSET 16 /* 0 */
#define VG_FRAME_FOLDER_MAKE_SPARE0_WIDTH 16

/* Fixed part of PROCESS_LIST. */
#define VG_FRAME_PROCESS_LIST_WORDS 1
#define VG_FRAME_PROCESS_LIST_BYTES 4
#define VG_FRAME_PROCESS_LIST_SPARE0_OFFSET 0 /* 0 */
#define VG_FRAME_PROCESS_LIST_SPARE0_WIDTH 32

/* Fixed part of PROCESS_ENTRIES. */
#define VG_FRAME_PROCESS_ENTRIES_WORDS 1
#define VG_FRAME_PROCESS_ENTRIES_BYTES 4
#define VG_FRAME_PROCESS_ENTRIES_COUNT_OFFSET 0 /* how many follow; there may be none */
#define VG_FRAME_PROCESS_ENTRIES_COUNT_WIDTH 8
#define VG_FRAME_PROCESS_ENTRIES_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_PROCESS_ENTRIES_SPARE0_WIDTH 24

/* Fixed part of RUN. */
#define VG_FRAME_RUN_WORDS 2
#define VG_FRAME_RUN_BYTES 8
#define VG_FRAME_RUN_USER_OFFSET 0 /* whose it is */
#define VG_FRAME_RUN_USER_WIDTH 16
#define VG_FRAME_RUN_GROUP_OFFSET 16 /* and their group */
#define VG_FRAME_RUN_GROUP_WIDTH 16
#define VG_FRAME_RUN_WRITTEN_OFFSET 32 /* it is what FILE_WRITE and FILE_DATA have brought, which never gets a name */
#define VG_FRAME_RUN_WRITTEN_WIDTH 1
#define VG_FRAME_RUN_SPARE0_OFFSET 33 /* 0 */
#define VG_FRAME_RUN_SPARE0_WIDTH 31

/* Fixed part of ENDED. */
#define VG_FRAME_ENDED_WORDS 2
#define VG_FRAME_ENDED_BYTES 8
#define VG_FRAME_ENDED_PROCESS_OFFSET 0 /* its number */
#define VG_FRAME_ENDED_PROCESS_WIDTH 32
#define VG_FRAME_ENDED_STATUS_OFFSET 32 /* as wait4 tells it: exit code << 8, or the signal */
#define VG_FRAME_ENDED_STATUS_WIDTH 32

/* Fixed part of KILL. */
#define VG_FRAME_KILL_WORDS 2
#define VG_FRAME_KILL_BYTES 8
#define VG_FRAME_KILL_PROCESS_OFFSET 0 /* whom to */
#define VG_FRAME_KILL_PROCESS_WIDTH 32
#define VG_FRAME_KILL_SIGNAL_OFFSET 32 /* as Linux numbers them */
#define VG_FRAME_KILL_SIGNAL_WIDTH 8
#define VG_FRAME_KILL_GROUP_OFFSET 40 /* and to all of its group */
#define VG_FRAME_KILL_GROUP_WIDTH 1
#define VG_FRAME_KILL_SPARE0_OFFSET 41 /* 0 */
#define VG_FRAME_KILL_SPARE0_WIDTH 23

/* Fixed part of RESULT. */
#define VG_FRAME_RESULT_WORDS 2
#define VG_FRAME_RESULT_BYTES 8
#define VG_FRAME_RESULT_ERROR_OFFSET 0 /* 0: it is done; else why nothing is: errors as Linux numbers them */
#define VG_FRAME_RESULT_ERROR_WIDTH 8
#define VG_FRAME_RESULT_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_RESULT_SPARE0_WIDTH 24
#define VG_FRAME_RESULT_VALUE_OFFSET 32 /* of a RUN the program's number */
#define VG_FRAME_RESULT_VALUE_WIDTH 32

/* Fixed part of QUARANTINE_LIST. */
#define VG_FRAME_QUARANTINE_LIST_WORDS 1
#define VG_FRAME_QUARANTINE_LIST_BYTES 4
#define VG_FRAME_QUARANTINE_LIST_SPARE0_OFFSET 0 /* 0 */
#define VG_FRAME_QUARANTINE_LIST_SPARE0_WIDTH 32

/* Fixed part of QUARANTINE_ENTRIES. */
#define VG_FRAME_QUARANTINE_ENTRIES_WORDS 4
#define VG_FRAME_QUARANTINE_ENTRIES_BYTES 16
#define VG_FRAME_QUARANTINE_ENTRIES_COUNT_OFFSET 0 /* how many follow; there may be none */
#define VG_FRAME_QUARANTINE_ENTRIES_COUNT_WIDTH 8
#define VG_FRAME_QUARANTINE_ENTRIES_HOLD_OFFSET 8 /* what a verdict freezes is left to the operator */
#define VG_FRAME_QUARANTINE_ENTRIES_HOLD_WIDTH 1
#define VG_FRAME_QUARANTINE_ENTRIES_SPARE0_OFFSET 9 /* 0 */
#define VG_FRAME_QUARANTINE_ENTRIES_SPARE0_WIDTH 23
#define VG_FRAME_QUARANTINE_ENTRIES_RESUMED_OFFSET 32 /* families that went on, since reset */
#define VG_FRAME_QUARANTINE_ENTRIES_RESUMED_WIDTH 32
#define VG_FRAME_QUARANTINE_ENTRIES_PURGED_OFFSET 64 /* families that were ended */
#define VG_FRAME_QUARANTINE_ENTRIES_PURGED_WIDTH 32
#define VG_FRAME_QUARANTINE_ENTRIES_DECIDED_OFFSET 96 /* cycles from the last verdict QUARANTINE that froze to what came of it */
#define VG_FRAME_QUARANTINE_ENTRIES_DECIDED_WIDTH 32

/* Fixed part of QUARANTINE_ORDER. */
#define VG_FRAME_QUARANTINE_ORDER_WORDS 2
#define VG_FRAME_QUARANTINE_ORDER_BYTES 8
#define VG_FRAME_QUARANTINE_ORDER_PROCESS_OFFSET 0 /* whose; 0 of HOLD and DECIDE */
#define VG_FRAME_QUARANTINE_ORDER_PROCESS_WIDTH 32
#define VG_FRAME_QUARANTINE_ORDER_ORDER_OFFSET 32 /* what */
#define VG_FRAME_QUARANTINE_ORDER_ORDER_WIDTH 8
#define VG_FRAME_QUARANTINE_ORDER_SPARE0_OFFSET 40 /* 0 */
#define VG_FRAME_QUARANTINE_ORDER_SPARE0_WIDTH 24

/* Fixed part of QUARANTINE_READ. */
#define VG_FRAME_QUARANTINE_READ_WORDS 3
#define VG_FRAME_QUARANTINE_READ_BYTES 12
#define VG_FRAME_QUARANTINE_READ_PROCESS_OFFSET 0 /* whose */
#define VG_FRAME_QUARANTINE_READ_PROCESS_WIDTH 32
#define VG_FRAME_QUARANTINE_READ_OFFSET_OFFSET 32 /* of the first byte */
#define VG_FRAME_QUARANTINE_READ_OFFSET_WIDTH 32
#define VG_FRAME_QUARANTINE_READ_PART_OFFSET 64 /* of what */
#define VG_FRAME_QUARANTINE_READ_PART_WIDTH 8
#define VG_FRAME_QUARANTINE_READ_SPARE0_OFFSET 72 /* 0 */
#define VG_FRAME_QUARANTINE_READ_SPARE0_WIDTH 24

/* Fixed part of DECOYS. */
#define VG_FRAME_DECOYS_WORDS 1
#define VG_FRAME_DECOYS_BYTES 4
#define VG_FRAME_DECOYS_OFFSET_OFFSET 0 /* of its first byte in the area */
#define VG_FRAME_DECOYS_OFFSET_WIDTH 32

/* Fixed part of VACCINE_LIST. */
#define VG_FRAME_VACCINE_LIST_WORDS 1
#define VG_FRAME_VACCINE_LIST_BYTES 4
#define VG_FRAME_VACCINE_LIST_SPARE0_OFFSET 0 /* 0 */
#define VG_FRAME_VACCINE_LIST_SPARE0_WIDTH 32

/* Fixed part of VACCINE_ENTRIES. */
#define VG_FRAME_VACCINE_ENTRIES_WORDS 5
#define VG_FRAME_VACCINE_ENTRIES_BYTES 20
#define VG_FRAME_VACCINE_ENTRIES_COUNT_OFFSET 0 /* how many follow; there may be none */
#define VG_FRAME_VACCINE_ENTRIES_COUNT_WIDTH 8
#define VG_FRAME_VACCINE_ENTRIES_SPARE0_OFFSET 8 /* 0 */
#define VG_FRAME_VACCINE_ENTRIES_SPARE0_WIDTH 24
#define VG_FRAME_VACCINE_ENTRIES_BORN_OFFSET 32 /* since reset */
#define VG_FRAME_VACCINE_ENTRIES_BORN_WIDTH 32
#define VG_FRAME_VACCINE_ENTRIES_MERGED_OFFSET 64 /* births that were in force already: their lives begin anew */
#define VG_FRAME_VACCINE_ENTRIES_MERGED_WIDTH 32
#define VG_FRAME_VACCINE_ENTRIES_REFUSED_OFFSET 96 /* births for which there was no room, or whose tree had had its share */
#define VG_FRAME_VACCINE_ENTRIES_REFUSED_WIDTH 32
#define VG_FRAME_VACCINE_ENTRIES_ENDED_OFFSET 128 /* vaccines that ended, for whatever reason */
#define VG_FRAME_VACCINE_ENTRIES_ENDED_WIDTH 32

/* Fixed part of VACCINE_ORDER. */
#define VG_FRAME_VACCINE_ORDER_WORDS 1
#define VG_FRAME_VACCINE_ORDER_BYTES 4
#define VG_FRAME_VACCINE_ORDER_INDEX_OFFSET 0 /* vaccine index */
#define VG_FRAME_VACCINE_ORDER_INDEX_WIDTH 9
#define VG_FRAME_VACCINE_ORDER_SPARE0_OFFSET 9 /* 0 */
#define VG_FRAME_VACCINE_ORDER_SPARE0_WIDTH 7
#define VG_FRAME_VACCINE_ORDER_ORDER_OFFSET 16 /* what */
#define VG_FRAME_VACCINE_ORDER_ORDER_WIDTH 8
#define VG_FRAME_VACCINE_ORDER_SPARE1_OFFSET 24 /* 0 */
#define VG_FRAME_VACCINE_ORDER_SPARE1_WIDTH 8

/* Entries of frames.  Stands: the simulated board's gateware, its firmware and the host keep to it. */

/* How often a slot's process was allowed a call since the last AGGREGATE. */
#define VG_AGGREGATE_ENTRY_WORDS 2
#define VG_AGGREGATE_ENTRY_BYTES 8
#define VG_AGGREGATE_ENTRY_SLOT_OFFSET 0 /* the process's slot */
#define VG_AGGREGATE_ENTRY_SLOT_WIDTH 6
#define VG_AGGREGATE_ENTRY_SPARE0_OFFSET 6 /* 0 */
#define VG_AGGREGATE_ENTRY_SPARE0_WIDTH 1
#define VG_AGGREGATE_ENTRY_ID_OFFSET 7 /* canonical system call */
#define VG_AGGREGATE_ENTRY_ID_WIDTH 9
#define VG_AGGREGATE_ENTRY_COUNT_OFFSET 16 /* times; a fuller count is sent as a second entry */
#define VG_AGGREGATE_ENTRY_COUNT_WIDTH 16
#define VG_AGGREGATE_ENTRY_GENERATION_OFFSET 32 /* the process's life */
#define VG_AGGREGATE_ENTRY_GENERATION_WIDTH 32

/* The state of one process that left its slot. */
#define VG_STATE_ENTRY_WORDS 2
#define VG_STATE_ENTRY_BYTES 8
#define VG_STATE_ENTRY_SLOT_OFFSET 0 /* the slot that it left */
#define VG_STATE_ENTRY_SLOT_WIDTH 6
#define VG_STATE_ENTRY_TREE_OFFSET 6 /* its process tree */
#define VG_STATE_ENTRY_TREE_WIDTH 6
#define VG_STATE_ENTRY_SPARE0_OFFSET 12 /* 0 */
#define VG_STATE_ENTRY_SPARE0_WIDTH 20
#define VG_STATE_ENTRY_GENERATION_OFFSET 32 /* the process's life */
#define VG_STATE_ENTRY_GENERATION_WIDTH 32

/* A file or folder, as the board's tree has it. */
#define VG_FILE_ENTRY_WORDS 12
#define VG_FILE_ENTRY_BYTES 48
#define VG_FILE_ENTRY_MODE_OFFSET 0 /* type and permissions, as Linux has them */
#define VG_FILE_ENTRY_MODE_WIDTH 16
#define VG_FILE_ENTRY_USER_OFFSET 16 /* who owns it */
#define VG_FILE_ENTRY_USER_WIDTH 16
#define VG_FILE_ENTRY_GROUP_OFFSET 32 /* and their group */
#define VG_FILE_ENTRY_GROUP_WIDTH 16
#define VG_FILE_ENTRY_SPARE0_OFFSET 48 /* 0 */
#define VG_FILE_ENTRY_SPARE0_WIDTH 16
#define VG_FILE_ENTRY_SIZE_OFFSET 64 /* bytes of content; 0 of what the kernel makes up */
#define VG_FILE_ENTRY_SIZE_WIDTH 32
#define VG_FILE_ENTRY_MODIFIED_OFFSET 96 /* seconds since reset at which it was written; 0: it came with the image */
#define VG_FILE_ENTRY_MODIFIED_WIDTH 32
#define VG_FILE_ENTRY_NAME0_OFFSET 128 /* its name, with zeros behind */
#define VG_FILE_ENTRY_NAME0_WIDTH 32
#define VG_FILE_ENTRY_NAME1_OFFSET 160 /* its name, with zeros behind */
#define VG_FILE_ENTRY_NAME1_WIDTH 32
#define VG_FILE_ENTRY_NAME2_OFFSET 192 /* its name, with zeros behind */
#define VG_FILE_ENTRY_NAME2_WIDTH 32
#define VG_FILE_ENTRY_NAME3_OFFSET 224 /* its name, with zeros behind */
#define VG_FILE_ENTRY_NAME3_WIDTH 32
#define VG_FILE_ENTRY_NAME4_OFFSET 256 /* its name, with zeros behind */
#define VG_FILE_ENTRY_NAME4_WIDTH 32
#define VG_FILE_ENTRY_NAME5_OFFSET 288 /* its name, with zeros behind */
#define VG_FILE_ENTRY_NAME5_WIDTH 32
#define VG_FILE_ENTRY_NAME6_OFFSET 320 /* its name, with zeros behind */
#define VG_FILE_ENTRY_NAME6_WIDTH 32
#define VG_FILE_ENTRY_NAME7_OFFSET 352 /* its name, with zeros behind */
#define VG_FILE_ENTRY_NAME7_WIDTH 32

/* A process of the board's own, with what only the operator may know: how it scores. */
#define VG_PROCESS_ENTRY_WORDS 16
#define VG_PROCESS_ENTRY_BYTES 64
#define VG_PROCESS_ENTRY_ID_OFFSET 0 /* the process's number, and its slot's generation */
#define VG_PROCESS_ENTRY_ID_WIDTH 32
#define VG_PROCESS_ENTRY_PARENT_OFFSET 32 /* its parent's; 0: it has none */
#define VG_PROCESS_ENTRY_PARENT_WIDTH 32
#define VG_PROCESS_ENTRY_USER_OFFSET 64 /* whose it is */
#define VG_PROCESS_ENTRY_USER_WIDTH 16
#define VG_PROCESS_ENTRY_SLOT_OFFSET 80 /* the slot that it is screened in */
#define VG_PROCESS_ENTRY_SLOT_WIDTH 6
#define VG_PROCESS_ENTRY_STATE_OFFSET 86 /* what it is at */
#define VG_PROCESS_ENTRY_STATE_WIDTH 2
#define VG_PROCESS_ENTRY_TIER_OFFSET 88 /* as of its last call: RECORD */
#define VG_PROCESS_ENTRY_TIER_WIDTH 2
#define VG_PROCESS_ENTRY_VERDICT_OFFSET 90 /* likewise */
#define VG_PROCESS_ENTRY_VERDICT_WIDTH 3
#define VG_PROCESS_ENTRY_SCORED_OFFSET 93 /* a record of it has come: tier, verdict, score and counts hold */
#define VG_PROCESS_ENTRY_SCORED_WIDTH 1
#define VG_PROCESS_ENTRY_FROZEN_OFFSET 94 /* it is in quarantine, whatever its state */
#define VG_PROCESS_ENTRY_FROZEN_WIDTH 1
#define VG_PROCESS_ENTRY_SPARE0_OFFSET 95 /* 0 */
#define VG_PROCESS_ENTRY_SPARE0_WIDTH 1
#define VG_PROCESS_ENTRY_SCORE_OFFSET 96 /* score * 255, as of its last call */
#define VG_PROCESS_ENTRY_SCORE_WIDTH 8
#define VG_PROCESS_ENTRY_TREE_OFFSET 104 /* the process tree that it is of */
#define VG_PROCESS_ENTRY_TREE_WIDTH 5
#define VG_PROCESS_ENTRY_DECOYS_OFFSET 109 /* which sees decoys in place of secrets */
#define VG_PROCESS_ENTRY_DECOYS_WIDTH 1
#define VG_PROCESS_ENTRY_SPARE1_OFFSET 110 /* 0 */
#define VG_PROCESS_ENTRY_SPARE1_WIDTH 2
#define VG_PROCESS_ENTRY_MEMORY_OFFSET 112 /* its text and data, in KB; a text that is shared counts for each */
#define VG_PROCESS_ENTRY_MEMORY_WIDTH 16
#define VG_PROCESS_ENTRY_RAN_LOW_OFFSET 128 /* cycles that it has had, lower half */
#define VG_PROCESS_ENTRY_RAN_LOW_WIDTH 32
#define VG_PROCESS_ENTRY_RAN_HIGH_OFFSET 160 /* and upper half */
#define VG_PROCESS_ENTRY_RAN_HIGH_WIDTH 32
#define VG_PROCESS_ENTRY_COUNT0_OFFSET 192 /* calls answered by ALLOW */
#define VG_PROCESS_ENTRY_COUNT0_WIDTH 32
#define VG_PROCESS_ENTRY_COUNT1_OFFSET 224 /* calls answered by DECOY */
#define VG_PROCESS_ENTRY_COUNT1_WIDTH 32
#define VG_PROCESS_ENTRY_COUNT2_OFFSET 256 /* calls answered by CLONE */
#define VG_PROCESS_ENTRY_COUNT2_WIDTH 32
#define VG_PROCESS_ENTRY_COUNT3_OFFSET 288 /* calls answered by QUARANTINE */
#define VG_PROCESS_ENTRY_COUNT3_WIDTH 32
#define VG_PROCESS_ENTRY_COUNT4_OFFSET 320 /* calls answered by DENY */
#define VG_PROCESS_ENTRY_COUNT4_WIDTH 32
#define VG_PROCESS_ENTRY_COUNT5_OFFSET 352 /* calls answered by KILL */
#define VG_PROCESS_ENTRY_COUNT5_WIDTH 32
#define VG_PROCESS_ENTRY_NAME0_OFFSET 384 /* its name, with zeros behind */
#define VG_PROCESS_ENTRY_NAME0_WIDTH 32
#define VG_PROCESS_ENTRY_NAME1_OFFSET 416 /* its name, with zeros behind */
#define VG_PROCESS_ENTRY_NAME1_WIDTH 32
#define VG_PROCESS_ENTRY_NAME2_OFFSET 448 /* its name, with zeros behind */
#define VG_PROCESS_ENTRY_NAME2_WIDTH 32
#define VG_PROCESS_ENTRY_NAME3_OFFSET 480 /* its name, with zeros behind */
#define VG_PROCESS_ENTRY_NAME3_WIDTH 32

/* A process that is frozen. */
#define VG_QUARANTINE_ENTRY_WORDS 11
#define VG_QUARANTINE_ENTRY_BYTES 44
#define VG_QUARANTINE_ENTRY_ID_OFFSET 0 /* the process's number */
#define VG_QUARANTINE_ENTRY_ID_WIDTH 32
#define VG_QUARANTINE_ENTRY_FAMILY_OFFSET 32 /* its family's: the number of the process that began it */
#define VG_QUARANTINE_ENTRY_FAMILY_WIDTH 32
#define VG_QUARANTINE_ENTRY_SLOT_OFFSET 64 /* the slot that it is screened in */
#define VG_QUARANTINE_ENTRY_SLOT_WIDTH 6
#define VG_QUARANTINE_ENTRY_BY_OFFSET 70 /* why it is frozen */
#define VG_QUARANTINE_ENTRY_BY_WIDTH 2
#define VG_QUARANTINE_ENTRY_HELD_OFFSET 72 /* the operator decides; else it is being looked at */
#define VG_QUARANTINE_ENTRY_HELD_WIDTH 1
#define VG_QUARANTINE_ENTRY_WEIGHED_OFFSET 73 /* it has been looked at: evidence and score hold */
#define VG_QUARANTINE_ENTRY_WEIGHED_WIDTH 1
#define VG_QUARANTINE_ENTRY_TIMES_OFFSET 74 /* quarantines of its family by verdict, so far; 3: or more */
#define VG_QUARANTINE_ENTRY_TIMES_WIDTH 2
#define VG_QUARANTINE_ENTRY_SPARE0_OFFSET 76 /* 0 */
#define VG_QUARANTINE_ENTRY_SPARE0_WIDTH 12
#define VG_QUARANTINE_ENTRY_SCORE_OFFSET 88 /* what speaks against its family, * 255 */
#define VG_QUARANTINE_ENTRY_SCORE_WIDTH 8
#define VG_QUARANTINE_ENTRY_EVIDENCE_OFFSET 96 /* that: bit e is Evidence e */
#define VG_QUARANTINE_ENTRY_EVIDENCE_WIDTH 16
#define VG_QUARANTINE_ENTRY_SPARE1_OFFSET 112 /* 0 */
#define VG_QUARANTINE_ENTRY_SPARE1_WIDTH 16
#define VG_QUARANTINE_ENTRY_COUNTER_OFFSET 128 /* where it would go on */
#define VG_QUARANTINE_ENTRY_COUNTER_WIDTH 32
#define VG_QUARANTINE_ENTRY_FROZEN_LOW_OFFSET 160 /* cycles for which it has been frozen, lower half */
#define VG_QUARANTINE_ENTRY_FROZEN_LOW_WIDTH 32
#define VG_QUARANTINE_ENTRY_FROZEN_HIGH_OFFSET 192 /* and upper half */
#define VG_QUARANTINE_ENTRY_FROZEN_HIGH_WIDTH 32
#define VG_QUARANTINE_ENTRY_NAME0_OFFSET 224 /* its name, with zeros behind */
#define VG_QUARANTINE_ENTRY_NAME0_WIDTH 32
#define VG_QUARANTINE_ENTRY_NAME1_OFFSET 256 /* its name, with zeros behind */
#define VG_QUARANTINE_ENTRY_NAME1_WIDTH 32
#define VG_QUARANTINE_ENTRY_NAME2_OFFSET 288 /* its name, with zeros behind */
#define VG_QUARANTINE_ENTRY_NAME2_WIDTH 32
#define VG_QUARANTINE_ENTRY_NAME3_OFFSET 320 /* its name, with zeros behind */
#define VG_QUARANTINE_ENTRY_NAME3_WIDTH 32

/* A vaccine that the board has made. */
#define VG_VACCINE_ENTRY_WORDS 5
#define VG_VACCINE_ENTRY_BYTES 20
#define VG_VACCINE_ENTRY_KEY_OFFSET 0 /* its key */
#define VG_VACCINE_ENTRY_KEY_WIDTH 59
#define VG_VACCINE_ENTRY_PINNED_OFFSET 59 /* it is never ended to make room */
#define VG_VACCINE_ENTRY_PINNED_WIDTH 1
#define VG_VACCINE_ENTRY_WAITS_OFFSET 60 /* it is for its tree alone, and not in force until a tree begins with the same program */
#define VG_VACCINE_ENTRY_WAITS_WIDTH 1
#define VG_VACCINE_ENTRY_SPARE0_OFFSET 61 /* 0 */
#define VG_VACCINE_ENTRY_SPARE0_WIDTH 3
#define VG_VACCINE_ENTRY_INDEX_OFFSET 64 /* vaccine index */
#define VG_VACCINE_ENTRY_INDEX_WIDTH 9
#define VG_VACCINE_ENTRY_UNITS_OFFSET 73 /* the units of its mask */
#define VG_VACCINE_ENTRY_UNITS_WIDTH 12
#define VG_VACCINE_ENTRY_BANK_OFFSET 85 /* where it stands */
#define VG_VACCINE_ENTRY_BANK_WIDTH 3
#define VG_VACCINE_ENTRY_TREE_OFFSET 88 /* of who it was born of, then */
#define VG_VACCINE_ENTRY_TREE_WIDTH 8
#define VG_VACCINE_ENTRY_LEFT_OFFSET 96 /* powered seconds of its life that are left */
#define VG_VACCINE_ENTRY_LEFT_WIDTH 32
#define VG_VACCINE_ENTRY_HITS_OFFSET 128 /* calls that it has caught since it was born, or restored */
#define VG_VACCINE_ENTRY_HITS_WIDTH 32

/* The SPI flash.  Stands: the simulated board's gateware, its firmware and the host keep to it. */
#define VG_FLASH_BYTES 0x1000000 /* bytes of flash */
#define VG_FLASH_SECTOR_BYTES 4096 /* erased at once */
#define VG_FLASH_PAGE_BYTES 256 /* programmed at once */
#define VG_FLASH_FIRMWARE_MAGIC 0x31465756 /* first word of FIRMWARE */
#define VG_FLASH_MODEL_MAGIC 0x314d5756 /* first word of MODEL */
#define VG_FLASH_LOG_MAGIC 0x314c5756 /* first word of LOG_SECTOR */
#define VG_FLASH_ROOT_MAGIC 0x31525756 /* first word of ROOT */
#define VG_IS_LASTING 1 /* in place of a folder's offset: it is kept in the area `files` */
#define VG_FILE_ATTRIBUTE 86 /* the littlefs attribute of every file there: FILE_KEPT */
#define VG_FLASH_VACCINES_MAGIC 0x31565756 /* first word of VACCINES */
#define VG_FLASH_DECOYS_MAGIC 0x31445756 /* first word of DECOYS */
#define VG_CANARY_BYTES 8 /* of a decoy, that nobody knows who has not read it */
#define VG_FLASH_GIVEN_PAGE 1 /* of the area `decoys`: what was given out */
#define VG_NODE_NAME_BYTES 28 /* bytes of a file's name, with the zero behind it */
#define VG_FLASH_BITSTREAM_BASE 0 /* the gateware itself, where the board has it: first byte */
#define VG_FLASH_BITSTREAM_SIZE 0x400000 /* the gateware itself, where the board has it: bytes */
#define VG_FLASH_FIRMWARE_BASE 0x400000 /* FIRMWARE, then the firmware: first byte */
#define VG_FLASH_FIRMWARE_SIZE 0x40000 /* FIRMWARE, then the firmware: bytes */
#define VG_FLASH_FIRMWARE_SPARE_BASE 0x440000 /* the same, for where the first is not whole: first byte */
#define VG_FLASH_FIRMWARE_SPARE_SIZE 0x40000 /* the same, for where the first is not whole: bytes */
#define VG_FLASH_MODEL0_BASE 0x500000 /* MODEL, and from the second sector on the image: first byte */
#define VG_FLASH_MODEL0_SIZE 0x10000 /* MODEL, and from the second sector on the image: bytes */
#define VG_FLASH_MODEL1_BASE 0x510000 /* the same: a push writes the one that is not in force: first byte */
#define VG_FLASH_MODEL1_SIZE 0x10000 /* the same: a push writes the one that is not in force: bytes */
#define VG_FLASH_DECOYS_BASE 0x520000 /* DECOYS, and from the second sector on each DECOY: first byte */
#define VG_FLASH_DECOYS_SIZE 0x10000 /* DECOYS, and from the second sector on each DECOY: bytes */
#define VG_FLASH_VACCINES_BASE 0x530000 /* VACCINES, and from the second page on each VACCINE; in both sectors, by turns: first byte */
#define VG_FLASH_VACCINES_SIZE 8192 /* VACCINES, and from the second page on each VACCINE; in both sectors, by turns: bytes */
#define VG_FLASH_LOG_BASE 0x600000 /* a ring of sectors: LOG_SECTOR, then text: first byte */
#define VG_FLASH_LOG_SIZE 0x40000 /* a ring of sectors: LOG_SECTOR, then text: bytes */
#define VG_FLASH_ROOT_BASE 0x700000 /* ROOT, the root file system's NODEs, what is in its files: first byte */
#define VG_FLASH_ROOT_SIZE 0x100000 /* ROOT, the root file system's NODEs, what is in its files: bytes */
#define VG_FLASH_FILES_BASE 0x800000 /* littlefs: the files that outlive a reset: first byte */
#define VG_FLASH_FILES_SIZE 0x100000 /* littlefs: the files that outlive a reset: bytes */
#define VG_FLASH_FACTORY_BASE 0xfff000 /* the board's number; written when the board is made: first byte */
#define VG_FLASH_FACTORY_SIZE 4096 /* the board's number; written when the board is made: bytes */

/* What stands before the firmware; it is copied to the begin of main memory and entered there, a0: the place that it is from, 0 or 1. */
#define VG_FLASH_FIRMWARE_WORDS 12
#define VG_FLASH_FIRMWARE_BYTES 48
#define VG_FLASH_FIRMWARE_MAGIC_OFFSET 0 /* FIRMWARE_MAGIC */
#define VG_FLASH_FIRMWARE_MAGIC_WIDTH 32
#define VG_FLASH_FIRMWARE_SIZE_OFFSET 32 /* bytes of firmware, a multiple of 4; they follow the header */
#define VG_FLASH_FIRMWARE_SIZE_WIDTH 32
#define VG_FLASH_FIRMWARE_ENTRY_OFFSET 64 /* offset in them at which to begin */
#define VG_FLASH_FIRMWARE_ENTRY_WIDTH 32
#define VG_FLASH_FIRMWARE_CONTRACT_OFFSET 96 /* CONTRACT_VERSION */
#define VG_FLASH_FIRMWARE_CONTRACT_WIDTH 32
#define VG_FLASH_FIRMWARE_DIGEST0_OFFSET 128 /* SHA-256, bytes 0.. of it */
#define VG_FLASH_FIRMWARE_DIGEST0_WIDTH 32
#define VG_FLASH_FIRMWARE_DIGEST1_OFFSET 160 /* SHA-256, bytes 4.. of it */
#define VG_FLASH_FIRMWARE_DIGEST1_WIDTH 32
#define VG_FLASH_FIRMWARE_DIGEST2_OFFSET 192 /* SHA-256, bytes 8.. of it */
#define VG_FLASH_FIRMWARE_DIGEST2_WIDTH 32
#define VG_FLASH_FIRMWARE_DIGEST3_OFFSET 224 /* SHA-256, bytes 12.. of it */
#define VG_FLASH_FIRMWARE_DIGEST3_WIDTH 32
#define VG_FLASH_FIRMWARE_DIGEST4_OFFSET 256 /* SHA-256, bytes 16.. of it */
#define VG_FLASH_FIRMWARE_DIGEST4_WIDTH 32
#define VG_FLASH_FIRMWARE_DIGEST5_OFFSET 288 /* SHA-256, bytes 20.. of it */
#define VG_FLASH_FIRMWARE_DIGEST5_WIDTH 32
#define VG_FLASH_FIRMWARE_DIGEST6_OFFSET 320 /* SHA-256, bytes 24.. of it */
#define VG_FLASH_FIRMWARE_DIGEST6_WIDTH 32
#define VG_FLASH_FIRMWARE_DIGEST7_OFFSET 352 /* SHA-256, bytes 28.. of it */
#define VG_FLASH_FIRMWARE_DIGEST7_WIDTH 32

/* What stands before a model; of two whole ones the later is loaded at boot. */
#define VG_FLASH_MODEL_WORDS 26
#define VG_FLASH_MODEL_BYTES 104
#define VG_FLASH_MODEL_MAGIC_OFFSET 0 /* MODEL_MAGIC */
#define VG_FLASH_MODEL_MAGIC_WIDTH 32
#define VG_FLASH_MODEL_NUMBER_OFFSET 32 /* of this push; the next one has a greater number */
#define VG_FLASH_MODEL_NUMBER_WIDTH 32
#define VG_FLASH_MODEL_SIZE_OFFSET 64 /* bytes of the image */
#define VG_FLASH_MODEL_SIZE_WIDTH 32
#define VG_FLASH_MODEL_CONTRACT_OFFSET 96 /* CONTRACT_VERSION */
#define VG_FLASH_MODEL_CONTRACT_WIDTH 32
#define VG_FLASH_MODEL_DIGEST0_OFFSET 128 /* SHA-256, bytes 0.. of it */
#define VG_FLASH_MODEL_DIGEST0_WIDTH 32
#define VG_FLASH_MODEL_DIGEST1_OFFSET 160 /* SHA-256, bytes 4.. of it */
#define VG_FLASH_MODEL_DIGEST1_WIDTH 32
#define VG_FLASH_MODEL_DIGEST2_OFFSET 192 /* SHA-256, bytes 8.. of it */
#define VG_FLASH_MODEL_DIGEST2_WIDTH 32
#define VG_FLASH_MODEL_DIGEST3_OFFSET 224 /* SHA-256, bytes 12.. of it */
#define VG_FLASH_MODEL_DIGEST3_WIDTH 32
#define VG_FLASH_MODEL_DIGEST4_OFFSET 256 /* SHA-256, bytes 16.. of it */
#define VG_FLASH_MODEL_DIGEST4_WIDTH 32
#define VG_FLASH_MODEL_DIGEST5_OFFSET 288 /* SHA-256, bytes 20.. of it */
#define VG_FLASH_MODEL_DIGEST5_WIDTH 32
#define VG_FLASH_MODEL_DIGEST6_OFFSET 320 /* SHA-256, bytes 24.. of it */
#define VG_FLASH_MODEL_DIGEST6_WIDTH 32
#define VG_FLASH_MODEL_DIGEST7_OFFSET 352 /* SHA-256, bytes 28.. of it */
#define VG_FLASH_MODEL_DIGEST7_WIDTH 32
#define VG_FLASH_MODEL_NAME_LENGTH_OFFSET 384 /* bytes of name */
#define VG_FLASH_MODEL_NAME_LENGTH_WIDTH 32
#define VG_FLASH_MODEL_NAME0_OFFSET 416 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME0_WIDTH 32
#define VG_FLASH_MODEL_NAME1_OFFSET 448 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME1_WIDTH 32
#define VG_FLASH_MODEL_NAME2_OFFSET 480 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME2_WIDTH 32
#define VG_FLASH_MODEL_NAME3_OFFSET 512 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME3_WIDTH 32
#define VG_FLASH_MODEL_NAME4_OFFSET 544 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME4_WIDTH 32
#define VG_FLASH_MODEL_NAME5_OFFSET 576 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME5_WIDTH 32
#define VG_FLASH_MODEL_NAME6_OFFSET 608 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME6_WIDTH 32
#define VG_FLASH_MODEL_NAME7_OFFSET 640 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME7_WIDTH 32
#define VG_FLASH_MODEL_NAME8_OFFSET 672 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME8_WIDTH 32
#define VG_FLASH_MODEL_NAME9_OFFSET 704 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME9_WIDTH 32
#define VG_FLASH_MODEL_NAME10_OFFSET 736 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME10_WIDTH 32
#define VG_FLASH_MODEL_NAME11_OFFSET 768 /* name and version, UTF-8 */
#define VG_FLASH_MODEL_NAME11_WIDTH 32
#define VG_FLASH_MODEL_CHECK_OFFSET 800 /* CRC-32 of the words before */
#define VG_FLASH_MODEL_CHECK_WIDTH 32

/* What a sector of the log begins with; text follows up to the first erased byte (0xFF). */
#define VG_FLASH_LOG_SECTOR_WORDS 3
#define VG_FLASH_LOG_SECTOR_BYTES 12
#define VG_FLASH_LOG_SECTOR_MAGIC_OFFSET 0 /* LOG_MAGIC */
#define VG_FLASH_LOG_SECTOR_MAGIC_WIDTH 32
#define VG_FLASH_LOG_SECTOR_PLACE_OFFSET 32 /* bytes of log before this sector, since the flash was blank */
#define VG_FLASH_LOG_SECTOR_PLACE_WIDTH 32
#define VG_FLASH_LOG_SECTOR_CHECK_OFFSET 64 /* CRC-32 of the words before */
#define VG_FLASH_LOG_SECTOR_CHECK_WIDTH 32

/* What the root file system's image begins with; its nodes follow, parents before what is in them. */
#define VG_FLASH_ROOT_WORDS 4
#define VG_FLASH_ROOT_BYTES 16
#define VG_FLASH_ROOT_MAGIC_OFFSET 0 /* ROOT_MAGIC */
#define VG_FLASH_ROOT_MAGIC_WIDTH 32
#define VG_FLASH_ROOT_NODES_OFFSET 32 /* how many; the first is the root */
#define VG_FLASH_ROOT_NODES_WIDTH 32
#define VG_FLASH_ROOT_SIZE_OFFSET 64 /* bytes of the image, this header included */
#define VG_FLASH_ROOT_SIZE_WIDTH 32
#define VG_FLASH_ROOT_CHECK_OFFSET 96 /* CRC-32 of the nodes */
#define VG_FLASH_ROOT_CHECK_WIDTH 32

/* A file as the image has it; two that share their content have the same offset. */
#define VG_FLASH_NODE_WORDS 11
#define VG_FLASH_NODE_BYTES 44
#define VG_FLASH_NODE_MODE_OFFSET 0 /* type and permissions, as Linux has them */
#define VG_FLASH_NODE_MODE_WIDTH 16
#define VG_FLASH_NODE_PARENT_OFFSET 16 /* number of the folder it is in */
#define VG_FLASH_NODE_PARENT_WIDTH 16
#define VG_FLASH_NODE_USER_OFFSET 32 /* who owns it */
#define VG_FLASH_NODE_USER_WIDTH 16
#define VG_FLASH_NODE_GROUP_OFFSET 48 /* and their group */
#define VG_FLASH_NODE_GROUP_WIDTH 16
#define VG_FLASH_NODE_SIZE_OFFSET 64 /* bytes of content */
#define VG_FLASH_NODE_SIZE_WIDTH 32
#define VG_FLASH_NODE_OFFSET_OFFSET 96 /* where that begins in the image; of a device: which one; of a folder: IS_LASTING, or 0 */
#define VG_FLASH_NODE_OFFSET_WIDTH 32
#define VG_FLASH_NODE_NAME0_OFFSET 128 /* its name, with zeros behind */
#define VG_FLASH_NODE_NAME0_WIDTH 32
#define VG_FLASH_NODE_NAME1_OFFSET 160 /* its name, with zeros behind */
#define VG_FLASH_NODE_NAME1_WIDTH 32
#define VG_FLASH_NODE_NAME2_OFFSET 192 /* its name, with zeros behind */
#define VG_FLASH_NODE_NAME2_WIDTH 32
#define VG_FLASH_NODE_NAME3_OFFSET 224 /* its name, with zeros behind */
#define VG_FLASH_NODE_NAME3_WIDTH 32
#define VG_FLASH_NODE_NAME4_OFFSET 256 /* its name, with zeros behind */
#define VG_FLASH_NODE_NAME4_WIDTH 32
#define VG_FLASH_NODE_NAME5_OFFSET 288 /* its name, with zeros behind */
#define VG_FLASH_NODE_NAME5_WIDTH 32
#define VG_FLASH_NODE_NAME6_OFFSET 320 /* its name, with zeros behind */
#define VG_FLASH_NODE_NAME6_WIDTH 32

/* FILE_ATTRIBUTE: what littlefs does not keep of a file by itself.  What has none was never made whole. */
#define VG_FILE_KEPT_WORDS 3
#define VG_FILE_KEPT_BYTES 12
#define VG_FILE_KEPT_MODE_OFFSET 0 /* type and permissions, as Linux has them */
#define VG_FILE_KEPT_MODE_WIDTH 16
#define VG_FILE_KEPT_USER_OFFSET 16 /* who owns it */
#define VG_FILE_KEPT_USER_WIDTH 16
#define VG_FILE_KEPT_GROUP_OFFSET 32 /* and their group */
#define VG_FILE_KEPT_GROUP_WIDTH 16
#define VG_FILE_KEPT_SPARE_OFFSET 48 /* 0 */
#define VG_FILE_KEPT_SPARE_WIDTH 16
#define VG_FILE_KEPT_MODIFIED_OFFSET 64 /* seconds, as the board counted them */
#define VG_FILE_KEPT_MODIFIED_WIDTH 32

/* What stands before the decoys.  All that follows begins on the next sector, and what is named by offsets is counted from there. */
#define VG_FLASH_DECOYS_WORDS 12
#define VG_FLASH_DECOYS_BYTES 48
#define VG_FLASH_DECOYS_MAGIC_OFFSET 0 /* DECOYS_MAGIC */
#define VG_FLASH_DECOYS_MAGIC_WIDTH 32
#define VG_FLASH_DECOYS_SIZE_OFFSET 32 /* bytes from the second sector on */
#define VG_FLASH_DECOYS_SIZE_WIDTH 32
#define VG_FLASH_DECOYS_COUNT_OFFSET 64 /* how many DECOYs they begin with; the first that fits a file counts */
#define VG_FLASH_DECOYS_COUNT_WIDTH 32
#define VG_FLASH_DECOYS_DIGEST0_OFFSET 96 /* SHA-256, bytes 0.. of it */
#define VG_FLASH_DECOYS_DIGEST0_WIDTH 32
#define VG_FLASH_DECOYS_DIGEST1_OFFSET 128 /* SHA-256, bytes 4.. of it */
#define VG_FLASH_DECOYS_DIGEST1_WIDTH 32
#define VG_FLASH_DECOYS_DIGEST2_OFFSET 160 /* SHA-256, bytes 8.. of it */
#define VG_FLASH_DECOYS_DIGEST2_WIDTH 32
#define VG_FLASH_DECOYS_DIGEST3_OFFSET 192 /* SHA-256, bytes 12.. of it */
#define VG_FLASH_DECOYS_DIGEST3_WIDTH 32
#define VG_FLASH_DECOYS_DIGEST4_OFFSET 224 /* SHA-256, bytes 16.. of it */
#define VG_FLASH_DECOYS_DIGEST4_WIDTH 32
#define VG_FLASH_DECOYS_DIGEST5_OFFSET 256 /* SHA-256, bytes 20.. of it */
#define VG_FLASH_DECOYS_DIGEST5_WIDTH 32
#define VG_FLASH_DECOYS_DIGEST6_OFFSET 288 /* SHA-256, bytes 24.. of it */
#define VG_FLASH_DECOYS_DIGEST6_WIDTH 32
#define VG_FLASH_DECOYS_DIGEST7_OFFSET 320 /* SHA-256, bytes 28.. of it */
#define VG_FLASH_DECOYS_DIGEST7_WIDTH 32
#define VG_FLASH_DECOYS_CHECK_OFFSET 352 /* CRC-32 of the words before */
#define VG_FLASH_DECOYS_CHECK_WIDTH 32

/* What a suspect sees in place of a file's content. */
#define VG_FLASH_DECOY_WORDS 3
#define VG_FLASH_DECOY_BYTES 12
#define VG_FLASH_DECOY_NAME_OFFSET 0 /* offset of a path, of its last part, or of nothing, which fits all; a zero ends it */
#define VG_FLASH_DECOY_NAME_WIDTH 16
#define VG_FLASH_DECOY_CANARY_OFFSET 16 /* offset in the content of CANARY_BYTES, a canary; 0: it has none */
#define VG_FLASH_DECOY_CANARY_WIDTH 16
#define VG_FLASH_DECOY_OFFSET_OFFSET 32 /* where the content begins */
#define VG_FLASH_DECOY_OFFSET_WIDTH 32
#define VG_FLASH_DECOY_SIZE_OFFSET 64 /* its bytes */
#define VG_FLASH_DECOY_SIZE_WIDTH 31
#define VG_FLASH_DECOY_CUT_OFFSET 95 /* it is cut to the size of what it stands for */
#define VG_FLASH_DECOY_CUT_WIDTH 1

/* What stands before the vaccines that the board has made; of two whole ones the later counts. */
#define VG_FLASH_VACCINES_WORDS 6
#define VG_FLASH_VACCINES_BYTES 24
#define VG_FLASH_VACCINES_MAGIC_OFFSET 0 /* VACCINES_MAGIC */
#define VG_FLASH_VACCINES_MAGIC_WIDTH 32
#define VG_FLASH_VACCINES_NUMBER_OFFSET 32 /* of this writing; the next one has a greater number */
#define VG_FLASH_VACCINES_NUMBER_WIDTH 32
#define VG_FLASH_VACCINES_COUNT_OFFSET 64 /* how many VACCINEs */
#define VG_FLASH_VACCINES_COUNT_WIDTH 32
#define VG_FLASH_VACCINES_MODEL_OFFSET 96 /* which model, as MODEL has its digest: the first word, its lowest bit set */
#define VG_FLASH_VACCINES_MODEL_WIDTH 32
#define VG_FLASH_VACCINES_CONTENT_OFFSET 128 /* CRC-32 of the VACCINEs */
#define VG_FLASH_VACCINES_CONTENT_WIDTH 32
#define VG_FLASH_VACCINES_CHECK_OFFSET 160 /* CRC-32 of the words before */
#define VG_FLASH_VACCINES_CHECK_WIDTH 32

/* A vaccine in force, or one for a tree alone that waits until a tree begins with its program. */
#define VG_FLASH_VACCINE_WORDS 4
#define VG_FLASH_VACCINE_BYTES 16
#define VG_FLASH_VACCINE_KEY_OFFSET 0 /* its key */
#define VG_FLASH_VACCINE_KEY_WIDTH 59
#define VG_FLASH_VACCINE_PINNED_OFFSET 59 /* it is never ended to make room */
#define VG_FLASH_VACCINE_PINNED_WIDTH 1
#define VG_FLASH_VACCINE_SPARE0_OFFSET 60 /* 0 */
#define VG_FLASH_VACCINE_SPARE0_WIDTH 4
#define VG_FLASH_VACCINE_LEFT_OFFSET 64 /* powered seconds of its life that were left */
#define VG_FLASH_VACCINE_LEFT_WIDTH 32
#define VG_FLASH_VACCINE_UNITS_OFFSET 96 /* the units of its mask */
#define VG_FLASH_VACCINE_UNITS_WIDTH 12
#define VG_FLASH_VACCINE_PROGRAM_OFFSET 108 /* a sum of the name of the program that the tree of who it was born of began with */
#define VG_FLASH_VACCINE_PROGRAM_WIDTH 16
#define VG_FLASH_VACCINE_SPARE1_OFFSET 124 /* 0 */
#define VG_FLASH_VACCINE_SPARE1_WIDTH 4

#ifndef __ASSEMBLER__
#include <stdint.h>

/* A layout's field in an array of its words: VG_GET(record.words, VG_RECORD_SLOT). */
#define VG_GET(words, FIELD) ((uint32_t)vg_get((words), FIELD##_OFFSET, FIELD##_WIDTH))
#define VG_GET64(words, FIELD) vg_get((words), FIELD##_OFFSET, FIELD##_WIDTH)
#define VG_PUT(words, FIELD, value) vg_put((words), FIELD##_OFFSET, FIELD##_WIDTH, (value))

/* A register's field: VG_FIELD(VG_REG(VG_UART_STATUS), VG_UART_STATUS_ROOM). */
#define VG_REG(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define VG_FIELD(word, FIELD) (((word) & FIELD##_MASK) >> FIELD##_SHIFT)
#define VG_VALUE(FIELD, value) (((uint32_t)(value) << FIELD##_SHIFT) & FIELD##_MASK)

/* Where the field is known each is a few instructions, whatever a compiler thinks of its size. */
#define VG_INLINE static inline __attribute__((always_inline))

/* Return `width` (1..64) bits from bit `offset` on. */
VG_INLINE uint64_t vg_get(const uint32_t *words, unsigned offset, unsigned width)
{
    unsigned word = offset / 32, shift = offset % 32;
    uint64_t value = words[word] >> shift;
    for (unsigned have = 32 - shift; have < width; have += 32)
        value |= (uint64_t)words[++word] << have;
    return width == 64 ? value : value & (((uint64_t)1 << width) - 1);
}

/* Set `width` (1..64) bits from bit `offset` on; bits of `value` beyond them are dropped. */
VG_INLINE void vg_put(uint32_t *words, unsigned offset, unsigned width, uint64_t value)
{
    if (offset % 32 + width <= 32) { /* a loop of one turn, which not every compiler sees */
        uint32_t mask = UINT32_MAX >> (32 - width) << offset % 32;
        words[offset / 32] = (words[offset / 32] & ~mask) | ((uint32_t)value << offset % 32 & mask);
        return;
    }
    while (width) {
        unsigned shift = offset % 32;
        unsigned part = width < 32 - shift ? width : 32 - shift;
        uint32_t mask = (part == 32 ? UINT32_MAX : ((uint32_t)1 << part) - 1) << shift;
        uint32_t *word = &words[offset / 32];
        *word = (*word & ~mask) | (((uint32_t)value << shift) & mask);
        value >>= part;
        offset += part;
        width -= part;
    }
}

enum vg_verdict {
    VG_VERDICT_ALLOW = 0,
    VG_VERDICT_DECOY = 1,
    VG_VERDICT_CLONE = 2,
    VG_VERDICT_QUARANTINE = 3,
    VG_VERDICT_DENY = 4,
    VG_VERDICT_KILL = 5,
};

enum vg_tier {
    VG_TIER_CALM = 0,
    VG_TIER_SUSPECT = 1,
    VG_TIER_HOSTILE = 2,
    VG_TIER_CERTAIN = 3,
};

enum vg_fault {
    VG_FAULT_NONE = 0,
    VG_FAULT_STALE = 1, /* the slot is not live, or lives another generation */
    VG_FAULT_NO_SLOT = 2, /* the slot named for a new process is taken or does not exist */
    VG_FAULT_SOURCE = 3, /* the event names a slot of the other source's half */
    VG_FAULT_TREE = 4, /* the tree named for a new root is still in use */
    VG_FAULT_VACCINE = 5, /* the vaccine's place is taken, or there was none to revoke */
    VG_FAULT_MODEL = 6, /* no model is in force, or the one to switch to is not verified or already is */
    VG_FAULT_KIND = 7, /* no such event kind */
};

enum vg_path_class {
    VG_PATH_CLASS_NONE = 0, /* the call names no path */
    VG_PATH_CLASS_OTHER = 1, /* nothing known */
    VG_PATH_CLASS_LIBRARY = 2,
    VG_PATH_CLASS_PROGRAM = 3,
    VG_PATH_CLASS_TEMPORARY = 4,
    VG_PATH_CLASS_HOME = 5,
    VG_PATH_CLASS_DATA = 6,
    VG_PATH_CLASS_RUNTIME = 7,
    VG_PATH_CLASS_CONFIG = 8,
    VG_PATH_CLASS_DEVICE = 9,
    VG_PATH_CLASS_SYSTEM = 10, /* /proc, /sys: what the machine tells of itself */
    VG_PATH_CLASS_ACCOUNTS = 11, /* who may log in */
    VG_PATH_CLASS_PERSISTENCE = 12, /* what runs by itself later */
    VG_PATH_CLASS_FOREIGN = 13, /* another process's memory or descriptors */
    VG_PATH_CLASS_KERNEL = 14, /* kernel settings, memory, modules, boot */
    VG_PATH_CLASS_SECRET = 15, /* hashes, keys, credentials */
};

enum vg_call_class {
    VG_CALL_CLASS_NEUTRAL = 0, /* no effect on anything: never raises or lowers a score */
    VG_CALL_CLASS_READ = 1,
    VG_CALL_CLASS_WRITE = 2,
    VG_CALL_CLASS_IRREVERSIBLE = 3,
    VG_CALL_CLASS_MEMORY = 4,
    VG_CALL_CLASS_PROCESS = 5,
    VG_CALL_CLASS_NETWORK = 6,
    VG_CALL_CLASS_PRIVILEGE = 7,
};

enum vg_kind {
    VG_KIND_CALL = 0, /* a system call: id, args, paths, ok, epoch */
    VG_KIND_CLEAR = 1, /* slot becomes a blank root process: id = tree, args[0] = profile */
    VG_KIND_FORK = 2, /* args[0] = the child's slot (>= 64: none was free), args[1] = the child's generation */
    VG_KIND_EXEC = 3, /* args[0] = profile whose allow-list applies from now on too */
    VG_KIND_EXIT = 4, /* args[0] = heir's slot (>= 64: none), args[1] = heir's generation */
    VG_KIND_SPILL = 5, /* the slot's state leaves with the record, the slot is free */
    VG_KIND_RESTORE = 6, /* args = the state that a SPILL gave, id = tree */
    VG_KIND_SWAP = 7, /* args[0] = model slot in force from the next event on */
    VG_KIND_VACCINATE = 8, /* args[0..1] = key, [2] = index | bank << 16, [3] = expiry, [4] = mask's units, [5] = banks or 0 */
    VG_KIND_REVOKE = 9, /* args[0..1] = key, args[2] = index | bank << 16 */
};

enum vg_target {
    VG_TARGET_MODEL0 = 0, /* bytes of the image in model slot 0 */
    VG_TARGET_MODEL1 = 1, /* and slot 1 */
    VG_TARGET_ATTRIBUTES = 2, /* 512 words, see policy.ATTRIBUTES */
    VG_TARGET_JUDGE = 3, /* 256 rows of two words (row * 2, lower 32 bits first; the upper half commits) */
    VG_TARGET_ENFORCE = 4, /* 16 mode bits */
    VG_TARGET_HASH_SET = 5, /* bank: fields of the key whose hashes give the place; ignored while the bank holds vaccines */
    VG_TARGET_HASH = 6, /* nibble * 16 + value: 9 secret bits */
    VG_TARGET_READY = 7, /* bit s: model slot s holds a verified model and may be switched to */
    VG_TARGET_CLOCK = 8, /* seconds, for the expiry of vaccines */
    VG_TARGET_TEMPLATES = 9, /* 512 words, see births.TEMPLATE; the pipeline does not keep them */
};

enum vg_vaccine_order {
    VG_VACCINE_ORDER_PIN = 0, /* it is never ended to make room */
    VG_VACCINE_ORDER_UNPIN = 1,
    VG_VACCINE_ORDER_REVOKE = 2, /* end it */
};

enum vg_string_state {
    VG_STRING_STATE_NONE = 0, /* the call has none there */
    VG_STRING_STATE_WHOLE = 1, /* it stands there with its zero */
    VG_STRING_STATE_LONG = 2, /* of STRING_BYTES bytes none is zero */
    VG_STRING_STATE_WILD = 3, /* it goes on where nothing answers */
};

enum vg_irq {
    VG_IRQ_RECORD = 0, /* a record waits */
    VG_IRQ_TAMPER = 1, /* a verdict was ignored, or a locked table written */
    VG_IRQ_UART_RECEIVED = 2, /* the receive FIFO holds something */
    VG_IRQ_UART_SENT = 3, /* the transmit FIFO is at most half full */
    VG_IRQ_FLASH = 4, /* the flash command is done */
    VG_IRQ_SHA256 = 5, /* the block is done */
    VG_IRQ_CELL = 6, /* the cell has stopped */
    VG_IRQ_LINK_RECEIVED = 7, /* a frame has been received that is not released yet */
    VG_IRQ_RECORDS_HALF = 8, /* half of the places for records are taken */
};

enum vg_evidence {
    VG_EVIDENCE_WRITE_EXECUTE = 0, /* it asked for memory that can be both written and run */
    VG_EVIDENCE_STACK = 1, /* its stack pointer is not in its data */
    VG_EVIDENCE_COUNTER = 2, /* it would go on outside of its text */
    VG_EVIDENCE_TEXT = 3, /* its text is not what was loaded */
    VG_EVIDENCE_RETURN = 4, /* neither ra nor any word on its stack leads behind a call in its text */
    VG_EVIDENCE_CANARY = 5, /* it used what was given out as a decoy */
    VG_EVIDENCE_DENIED = 6, /* some of its calls were not allowed */
    VG_EVIDENCE_DENIED_OFTEN = 7, /* many were; beside DENIED */
    VG_EVIDENCE_HOSTILE = 8, /* its score was in tier 2 or 3 at its last call */
    VG_EVIDENCE_WRITERS = 9, /* it has many files open for writing */
    VG_EVIDENCE_SECRETS = 10, /* it opened what is secret, and was allowed to */
    VG_EVIDENCE_SOCKET = 11, /* it has a socket open */
    VG_EVIDENCE_SECRET_SOCKET = 12, /* SECRETS and SOCKET, beside them */
    VG_EVIDENCE_AGAIN = 13, /* it is in quarantine for the second time */
    VG_EVIDENCE_LAST = 14, /* it is for the third time */
    VG_EVIDENCE_CELL = 15, /* a rehearsal of it was inconclusive */
};

enum vg_frozen_by {
    VG_FROZEN_BY_VERDICT = 0, /* its own call was answered by QUARANTINE */
    VG_FROZEN_BY_FAMILY = 1, /* that of one of its family was */
    VG_FROZEN_BY_TREE = 2, /* that of another one in its tree was: only until that one is looked at */
    VG_FROZEN_BY_OPERATOR = 3, /* the operator ordered it */
};

enum vg_order {
    VG_ORDER_FREEZE = 0, /* freeze a process's family, and hold it */
    VG_ORDER_RESUME = 1, /* let a frozen family go on as it was */
    VG_ORDER_NARROW = 2, /* let it go on with a narrower profile */
    VG_ORDER_PURGE = 3, /* end a frozen family */
    VG_ORDER_HOLD = 4, /* from now on, leave to the operator what a verdict freezes */
    VG_ORDER_DECIDE = 5, /* from now on, do not */
};

enum vg_part {
    VG_PART_REGISTERS = 0, /* the address at which it goes on, then x1 to x31 */
    VG_PART_TEXT = 1, /* its text window */
    VG_PART_DATA = 2, /* its data window */
};

enum vg_cell_state {
    VG_CELL_STATE_EMPTY = 0, /* nothing in it; its core is in reset */
    VG_CELL_STATE_ENTERING = 1, /* registers are on their way, or the core is about to go on */
    VG_CELL_STATE_RUNNING = 2, /* the clone runs */
    VG_CELL_STATE_STOPPED = 3, /* it has stopped itself: what it did last is to be read */
};

enum vg_cell_stop {
    VG_CELL_STOP_CALL = 0, /* it made a system call */
    VG_CELL_STOP_TRAP = 1, /* another trap: `cause` is its number, as `mcause` has it */
    VG_CELL_STOP_ROOM = 2, /* a store: another line has its place */
    VG_CELL_STOP_BUDGET = 3, /* its cycles are used up */
};

enum vg_rehearsal {
    VG_REHEARSAL_CLEAN = 0, /* the call is made */
    VG_REHEARSAL_INCONCLUSIVE = 1, /* the call is denied, and the process's profile is narrower from then on */
    VG_REHEARSAL_EXPLOIT = 2, /* its family is ended */
};

enum vg_frame_type {
    VG_FRAME_TYPE_HELLO = 1,
    VG_FRAME_TYPE_ACK = 2,
    VG_FRAME_TYPE_ABORT = 3,
    VG_FRAME_TYPE_REFUSED = 4,
    VG_FRAME_TYPE_RESET = 5,
    VG_FRAME_TYPE_EVENT = 16,
    VG_FRAME_TYPE_RECORD = 17,
    VG_FRAME_TYPE_STATE = 18,
    VG_FRAME_TYPE_AGGREGATE = 19,
    VG_FRAME_TYPE_TAMPER = 20,
    VG_FRAME_TYPE_RECORD_MODE = 21,
    VG_FRAME_TYPE_STATUS_READ = 24,
    VG_FRAME_TYPE_STATUS = 25,
    VG_FRAME_TYPE_MODEL_BEGIN = 32,
    VG_FRAME_TYPE_MODEL_DATA = 33,
    VG_FRAME_TYPE_MODEL_VECTORS = 34,
    VG_FRAME_TYPE_MODEL_END = 35,
    VG_FRAME_TYPE_MODEL_READ = 36,
    VG_FRAME_TYPE_MODEL_STATUS = 37,
    VG_FRAME_TYPE_LOAD = 40,
    VG_FRAME_TYPE_LOG_READ = 48,
    VG_FRAME_TYPE_LOG = 49,
    VG_FRAME_TYPE_TERMINAL = 56,
    VG_FRAME_TYPE_FILE_LIST = 64,
    VG_FRAME_TYPE_FILE_ENTRIES = 65,
    VG_FRAME_TYPE_FILE_READ = 66,
    VG_FRAME_TYPE_FILE_WRITE = 67,
    VG_FRAME_TYPE_FILE_DATA = 68,
    VG_FRAME_TYPE_FILE_END = 69,
    VG_FRAME_TYPE_FILE_REMOVE = 70,
    VG_FRAME_TYPE_FOLDER_MAKE = 71,
    VG_FRAME_TYPE_PROCESS_LIST = 72,
    VG_FRAME_TYPE_PROCESS_ENTRIES = 73,
    VG_FRAME_TYPE_RUN = 74,
    VG_FRAME_TYPE_ENDED = 75,
    VG_FRAME_TYPE_KILL = 76,
    VG_FRAME_TYPE_RESULT = 79,
    VG_FRAME_TYPE_QUARANTINE_LIST = 80,
    VG_FRAME_TYPE_QUARANTINE_ENTRIES = 81,
    VG_FRAME_TYPE_QUARANTINE_ORDER = 82,
    VG_FRAME_TYPE_QUARANTINE_READ = 83,
    VG_FRAME_TYPE_DECOYS = 84,
    VG_FRAME_TYPE_VACCINE_LIST = 88,
    VG_FRAME_TYPE_VACCINE_ENTRIES = 89,
    VG_FRAME_TYPE_VACCINE_ORDER = 90,
};

enum vg_capability {
    VG_CAPABILITY_SIMULATED = 0, /* the board is simulated */
    VG_CAPABILITY_RECORDS_ALL = 1, /* every record can be sent, with back-pressure */
    VG_CAPABILITY_AGGREGATES = 2, /* allowed calls can be sent as counts */
    VG_CAPABILITY_CELL = 3, /* the cell is there */
    VG_CAPABILITY_SHELL = 4, /* a terminal can be had beside the frames */
    VG_CAPABILITY_OPERATOR = 5, /* files and processes can be listed and changed */
};

enum vg_refusal {
    VG_REFUSAL_TYPE = 1, /* no such frame type */
    VG_REFUSAL_LENGTH = 2, /* the payload is shorter or longer than its type has it */
    VG_REFUSAL_VERSION = 3, /* the other side's versions cannot be spoken */
    VG_REFUSAL_BUSY = 4, /* another transfer is under way */
    VG_REFUSAL_ORDER = 5, /* not now: the transfer it belongs to was never begun */
    VG_REFUSAL_LOCKED = 6, /* the table is locked until reset */
    VG_REFUSAL_RANGE = 7, /* an address, slot or length lies outside */
    VG_REFUSAL_KIND = 8, /* an event of this kind is not the host's to send */
};

enum vg_model_result {
    VG_MODEL_RESULT_EMPTY = 0, /* the slot holds nothing */
    VG_MODEL_RESULT_PARTIAL = 1, /* some of the image is there */
    VG_MODEL_RESULT_VERIFIED = 2, /* digest and self-test vectors agree: it may be switched to */
    VG_MODEL_RESULT_ACTIVE = 3, /* it is in force */
    VG_MODEL_RESULT_DIGEST = 4, /* the bytes read back do not have the digest announced */
    VG_MODEL_RESULT_SELF_TEST = 5, /* a self-test vector gave another record */
    VG_MODEL_RESULT_CONTRACT = 6, /* the image was made for another version of the contract */
    VG_MODEL_RESULT_FLASH = 7, /* it could not be kept in flash; what was in force still is */
    VG_MODEL_RESULT_INCOMPLETE = 8, /* not every byte of the image, or no self-test vector, has come */
};

enum vg_record_mode {
    VG_RECORD_MODE_AGGREGATE = 0, /* allowed calls as counts, and DECOYs gathered for as long as those */
    VG_RECORD_MODE_ALL = 1, /* every record; events are held back rather than a record lost */
};

enum vg_process_state {
    VG_PROCESS_STATE_READY = 1, /* it runs, or would */
    VG_PROCESS_STATE_WAITING = 2, /* for something, or for a time */
    VG_PROCESS_STATE_ENDED = 3, /* and nobody has asked how */
};

/* What is offered to the latch.  Words 2..7 are the call's arguments a0..a5. */
typedef struct {
    uint32_t words[8];
} vg_event;

/* What every event leaves with: the verdict and the reason, 24 bytes. */
typedef struct {
    uint32_t words[6];
} vg_record;

/* A slot's state as SPILL gives it and RESTORE takes it. */
typedef struct {
    uint32_t words[6];
} vg_state;

/* An entry of the path trie. */
typedef struct {
    uint32_t words[1];
} vg_node;

/* Parameters of a model. */
typedef struct {
    uint32_t words[8];
} vg_params;

/* What the classifier knows of a canonical id. */
typedef struct {
    uint32_t words[1];
} vg_attributes;

/* What a vaccine is compared with: the event's signature. */
typedef struct {
    uint32_t words[2];
} vg_key;

/* An entry of a bank: written whole, in one cycle. */
typedef struct {
    uint32_t words[3];
} vg_vaccine;

/* How a call is made into a vaccine, by canonical id; 0: by all of it but the tree, and only on an order. */
typedef struct {
    uint32_t words[1];
} vg_template;

/* What became of a VACCINATE: the field `spare1` of its record. */
typedef struct {
    uint32_t words[1];
} vg_outcome;

/* What comes before a path's text on the path stream. */
typedef struct {
    uint32_t words[1];
} vg_path_head;

/* What was last said of a process of the core's. */
typedef struct {
    uint32_t words[3];
} vg_score;

/* What every frame begins with. */
typedef struct {
    uint32_t words[1];
} vg_frame_header;

/* Fixed part of HELLO. */
typedef struct {
    uint32_t words[9];
} vg_frame_hello;

/* Fixed part of ACK. */
typedef struct {
    uint32_t words[1];
} vg_frame_ack;

/* Fixed part of ABORT. */
typedef struct {
    uint32_t words[1];
} vg_frame_abort;

/* Fixed part of REFUSED. */
typedef struct {
    uint32_t words[1];
} vg_frame_refused;

/* Fixed part of RESET. */
typedef struct {
    uint32_t words[1];
} vg_frame_reset;

/* Fixed part of EVENT. */
typedef struct {
    uint32_t words[1];
} vg_frame_event;

/* Fixed part of RECORD. */
typedef struct {
    uint32_t words[1];
} vg_frame_record;

/* Fixed part of STATE. */
typedef struct {
    uint32_t words[1];
} vg_frame_state;

/* Fixed part of AGGREGATE. */
typedef struct {
    uint32_t words[2];
} vg_frame_aggregate;

/* What was done, by whom and when: of the first write to what is locked, until the core is stopped; then of what stopped it. */
typedef struct {
    uint32_t words[7];
} vg_frame_tamper;

/* Fixed part of RECORD_MODE. */
typedef struct {
    uint32_t words[1];
} vg_frame_record_mode;

/* Fixed part of STATUS_READ. */
typedef struct {
    uint32_t words[1];
} vg_frame_status_read;

/* Fixed part of STATUS. */
typedef struct {
    uint32_t words[18];
} vg_frame_status;

/* Fixed part of MODEL_BEGIN. */
typedef struct {
    uint32_t words[9];
} vg_frame_model_begin;

/* Fixed part of MODEL_DATA. */
typedef struct {
    uint32_t words[1];
} vg_frame_model_data;

/* Fixed part of MODEL_VECTORS. */
typedef struct {
    uint32_t words[1];
} vg_frame_model_vectors;

/* Fixed part of MODEL_END. */
typedef struct {
    uint32_t words[1];
} vg_frame_model_end;

/* Fixed part of MODEL_READ. */
typedef struct {
    uint32_t words[1];
} vg_frame_model_read;

/* Fixed part of MODEL_STATUS. */
typedef struct {
    uint32_t words[9];
} vg_frame_model_status;

/* Fixed part of LOAD. */
typedef struct {
    uint32_t words[1];
} vg_frame_load;

/* Fixed part of LOG_READ. */
typedef struct {
    uint32_t words[1];
} vg_frame_log_read;

/* Fixed part of LOG. */
typedef struct {
    uint32_t words[2];
} vg_frame_log;

/* Fixed part of TERMINAL. */
typedef struct {
    uint32_t words[1];
} vg_frame_terminal;

/* Fixed part of FILE_LIST. */
typedef struct {
    uint32_t words[1];
} vg_frame_file_list;

/* Fixed part of FILE_ENTRIES. */
typedef struct {
    uint32_t words[1];
} vg_frame_file_entries;

/* Fixed part of FILE_READ. */
typedef struct {
    uint32_t words[1];
} vg_frame_file_read;

/* Fixed part of FILE_WRITE. */
typedef struct {
    uint32_t words[2];
} vg_frame_file_write;

/* Fixed part of FILE_DATA. */
typedef struct {
    uint32_t words[2];
} vg_frame_file_data;

/* Fixed part of FILE_END. */
typedef struct {
    uint32_t words[1];
} vg_frame_file_end;

/* Fixed part of FILE_REMOVE. */
typedef struct {
    uint32_t words[1];
} vg_frame_file_remove;

/* Fixed part of FOLDER_MAKE. */
typedef struct {
    uint32_t words[1];
} vg_frame_folder_make;

/* Fixed part of PROCESS_LIST. */
typedef struct {
    uint32_t words[1];
} vg_frame_process_list;

/* Fixed part of PROCESS_ENTRIES. */
typedef struct {
    uint32_t words[1];
} vg_frame_process_entries;

/* Fixed part of RUN. */
typedef struct {
    uint32_t words[2];
} vg_frame_run;

/* Fixed part of ENDED. */
typedef struct {
    uint32_t words[2];
} vg_frame_ended;

/* Fixed part of KILL. */
typedef struct {
    uint32_t words[2];
} vg_frame_kill;

/* Fixed part of RESULT. */
typedef struct {
    uint32_t words[2];
} vg_frame_result;

/* Fixed part of QUARANTINE_LIST. */
typedef struct {
    uint32_t words[1];
} vg_frame_quarantine_list;

/* Fixed part of QUARANTINE_ENTRIES. */
typedef struct {
    uint32_t words[4];
} vg_frame_quarantine_entries;

/* Fixed part of QUARANTINE_ORDER. */
typedef struct {
    uint32_t words[2];
} vg_frame_quarantine_order;

/* Fixed part of QUARANTINE_READ. */
typedef struct {
    uint32_t words[3];
} vg_frame_quarantine_read;

/* Fixed part of DECOYS. */
typedef struct {
    uint32_t words[1];
} vg_frame_decoys;

/* Fixed part of VACCINE_LIST. */
typedef struct {
    uint32_t words[1];
} vg_frame_vaccine_list;

/* Fixed part of VACCINE_ENTRIES. */
typedef struct {
    uint32_t words[5];
} vg_frame_vaccine_entries;

/* Fixed part of VACCINE_ORDER. */
typedef struct {
    uint32_t words[1];
} vg_frame_vaccine_order;

/* How often a slot's process was allowed a call since the last AGGREGATE. */
typedef struct {
    uint32_t words[2];
} vg_aggregate_entry;

/* The state of one process that left its slot. */
typedef struct {
    uint32_t words[2];
} vg_state_entry;

/* A file or folder, as the board's tree has it. */
typedef struct {
    uint32_t words[12];
} vg_file_entry;

/* A process of the board's own, with what only the operator may know: how it scores. */
typedef struct {
    uint32_t words[16];
} vg_process_entry;

/* A process that is frozen. */
typedef struct {
    uint32_t words[11];
} vg_quarantine_entry;

/* A vaccine that the board has made. */
typedef struct {
    uint32_t words[5];
} vg_vaccine_entry;

/* What stands before the firmware; it is copied to the begin of main memory and entered there, a0: the place that it is from, 0 or 1. */
typedef struct {
    uint32_t words[12];
} vg_flash_firmware;

/* What stands before a model; of two whole ones the later is loaded at boot. */
typedef struct {
    uint32_t words[26];
} vg_flash_model;

/* What a sector of the log begins with; text follows up to the first erased byte (0xFF). */
typedef struct {
    uint32_t words[3];
} vg_flash_log_sector;

/* What the root file system's image begins with; its nodes follow, parents before what is in them. */
typedef struct {
    uint32_t words[4];
} vg_flash_root;

/* A file as the image has it; two that share their content have the same offset. */
typedef struct {
    uint32_t words[11];
} vg_flash_node;

/* FILE_ATTRIBUTE: what littlefs does not keep of a file by itself.  What has none was never made whole. */
typedef struct {
    uint32_t words[3];
} vg_file_kept;

/* What stands before the decoys.  All that follows begins on the next sector, and what is named by offsets is counted from there. */
typedef struct {
    uint32_t words[12];
} vg_flash_decoys;

/* What a suspect sees in place of a file's content. */
typedef struct {
    uint32_t words[3];
} vg_flash_decoy;

/* What stands before the vaccines that the board has made; of two whole ones the later counts. */
typedef struct {
    uint32_t words[6];
} vg_flash_vaccines;

/* A vaccine in force, or one for a tree alone that waits until a tree begins with its program. */
typedef struct {
    uint32_t words[4];
} vg_flash_vaccine;

#endif /* __ASSEMBLER__ */
#endif
