/* Programs that show: ls, ps, uname, uptime, id. */
#include "lib.h"

/* What ls is told, and how many folders it has been given. */
struct listing {
    bool all, with_modes, with_names;
    int result;
};

static void print_mode(uint32_t mode)
{
    static const char letters[] = "rwxrwxrwx";
    char text[11] = "-";
    text[0] = ".pc.d...-.l.s..."[mode >> DT_SHIFT & 15];
    for (uint32_t bit = 0; bit < 9; bit++)
        text[1 + bit] = mode >> (8 - bit) & 1 ? letters[bit] : '-';
    if (mode & S_ISUID)
        text[3] = 's';
    if (mode & S_ISVTX)
        text[9] = 't';
    text[10] = 0;
    print(text);
}

/* Print the name of a user as /etc/passwd has it, else its number. */
static void print_user(uint32_t user, uint32_t width)
{
    char accounts[256], *line = accounts;
    if (read_file("/etc/passwd", accounts, sizeof accounts) < 0)
        accounts[0] = 0;
    while (*line) {
        char *field = line, *name = line, *name_end = NULL;
        for (uint32_t colons = 0; *field && *field != '\n' && colons < 2; field++)
            if (*field == ':' && !colons++)
                name_end = field;
            else if (*field == ':')
                colons++;
        uint32_t number = 0;
        bool any = false;
        for (; *field >= '0' && *field <= '9'; field++, any = true)
            number = number * 10 + (uint32_t)(*field - '0');
        if (any && number == user && name_end) {
            *name_end = 0;
            print_padded(name, width);
            return;
        }
        while (*line && *line++ != '\n')
            ;
    }
    print_number(user, width);
}

static int32_t show_entry(const char *folder, const char *name, void *with)
{
    const struct listing *listing = with;
    char path[PATH_BYTES];
    struct abi_stat stat;
    if (name[0] == '.' && !listing->all)
        return 0;
    if (listing->with_modes) {
        if (!join(path, folder, name) || CALL(NEWFSTATAT, AT_FDCWD, path, &stat, AT_SYMLINK_NOFOLLOW) < 0)
            return 0;
        print_mode(stat.mode);
        print(" ");
        print_user(stat.user, 8);
        print_number((uint32_t)stat.size, 8);
        print(" ");
    }
    print(name);
    if (listing->with_modes && (stat.mode & S_IFMT) == S_IFLNK) {
        int32_t length = CALL(READLINKAT, AT_FDCWD, path, path, sizeof path - 1);
        print(" -> ");
        print_bytes(path, length > 0 ? (uint32_t)length : 0);
    }
    print("\n");
    return 0;
}

static void list(const char *path, struct listing *listing)
{
    struct abi_stat stat;
    int32_t failed = CALL(NEWFSTATAT, AT_FDCWD, path, &stat);
    if (!failed && (stat.mode & S_IFMT) == S_IFDIR) {
        if (listing->with_names) {
            print(path);
            print(":\n");
        }
        failed = each_entry(path, show_entry, listing);
    } else if (!failed) {
        show_entry("", path, listing);
    }
    if (failed < 0)
        listing->result = complain("ls", path, failed);
}

int run_ls(int count, char **arguments)
{
    struct listing listing = {0};
    int paths = 0;
    for (int place = 1; place < count; place++) {
        if (arguments[place][0] != '-') {
            paths++;
            continue;
        }
        for (const char *letter = arguments[place] + 1; *letter; letter++) {
            listing.all |= *letter == 'a';
            listing.with_modes |= *letter == 'l';
        }
    }
    listing.with_names = paths > 1;
    for (int place = 1; place < count; place++)
        if (arguments[place][0] != '-')
            list(arguments[place], &listing);
    if (!paths)
        list(".", &listing);
    return listing.result;
}

/* Return where the value of a line in a status file begins, cut off at its end. */
static const char *value_of(char *status, const char *key)
{
    for (char *line = status; *line; line++) {
        if (!begins(line, key) || (line != status && line[-1] != '\n' && line[-1] != 0))
            continue;
        char *value = line + length_of(key) + 1, *end = value; /* behind a colon's tab */
        while (*end && *end != '\n')
            end++;
        *end = 0;
        return value;
    }
    return "?";
}

static int32_t show_process(const char *folder, const char *name, void *with)
{
    char path[PATH_BYTES], folder_path[PATH_BYTES], status[256];
    uint32_t number;
    (void)with;
    if (!number_of(name, &number) || !join(folder_path, folder, name) || !join(path, folder_path, "status"))
        return 0;
    int32_t count = read_file(path, status, sizeof status);
    if (count <= 0)
        return 0;
    char *end = status + count;
    static const char *const keys[] = {"Pid:", "PPid:", "Uid:", "State:", "VmSize:", "Ticks:", "Name:"};
    for (uint32_t column = 0; column < sizeof keys / sizeof keys[0]; column++) {
        const char *value = value_of(status, keys[column]);
        if (column + 1 < sizeof keys / sizeof keys[0])
            print_padded(value, 7);
        else
            print(value);
        for (char *byte = status; byte < end; byte++)
            if (!*byte)
                *byte = '\n';
    }
    print("\n");
    return 0;
}

int run_ps(int count, char **arguments)
{
    (void)count, (void)arguments;
    print("PID    PPID   UID    STATE  KB     TICKS  NAME\n");
    int32_t failed = each_entry("/proc", show_process, NULL);
    return failed < 0 ? complain("ps", "/proc", failed) : 0;
}

int run_uname(int count, char **arguments)
{
    static char parts[6][UTSNAME_BYTES];
    bool all = count > 1 && same(arguments[1], "-a");
    CALL(UNAME, parts);
    for (uint32_t part = 0; part < (all ? 5 : 1); part++) {
        print(part ? " " : "");
        print(parts[part]);
    }
    print("\n");
    return 0;
}

int run_uptime(int count, char **arguments)
{
    struct abi_timespec now;
    (void)count, (void)arguments;
    CALL(CLOCK_GETTIME, 1, &now);
    print("up ");
    print_number((uint32_t)now.seconds, 0);
    print(" s\n");
    return 0;
}

int run_id(int count, char **arguments)
{
    (void)count, (void)arguments;
    uint32_t user = (uint32_t)CALL(GETUID);
    print("uid=");
    print_number(user, 0);
    print(" ");
    print_user(user, 0);
    print(" gid=");
    print_number((uint32_t)CALL(GETGID), 0);
    print("\n");
    return 0;
}
