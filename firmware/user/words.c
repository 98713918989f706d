/* The shell: taking a line apart. */
#include "shell.h"

static bool ends_word(char byte)
{
    return byte == '|' || byte == '&' || byte == ';' || byte == '<' || byte == '>';
}

char *words_next(char **line, char *operator)
{
    char *from = *line;
    while (*from == ' ' || *from == '\t')
        from++;
    *operator = 0;
    if (!*from || *from == '#') {
        *line = from;
        return NULL;
    }
    if (ends_word(*from)) {
        *operator = *from;
        if (from[1] == *from && *from != ';' && *from != '<') {
            *operator = *from == '>' ? 'a' : *from == '&' ? 'A' : 'O';
            from++;
        }
        *line = from + 1;
        return from;
    }
    char *word = from, *into = from, quote = 0;
    for (; *from; from++) {
        if (quote ? *from == quote : *from == '\'' || *from == '"')
            quote = quote ? 0 : *from;
        else if (!quote && (*from == ' ' || *from == '\t' || ends_word(*from)))
            break;
        else
            *into++ = *from;
    }
    /* The zero behind the word may take the place of an operator: the caller ends the word once that is read. */
    *line = from;
    if (*from == ' ' || *from == '\t')
        *line = from + 1;
    else if (*from && into == from)
        return word;
    *into = 0;
    return word;
}
