// Runs the system until its program ends; prints what it reports, and the cycle of every call that is taken.
//   record WORD, result WORD, end WORD, call CYCLE
// Returns 0 if the program came to its end.

#include "Vtop.h"
#include "verilated.h"
#include <cstdio>

static const unsigned END = 2;
static const unsigned long LIMIT = 10000000;

int main()
{
    static const char *const channels[] = {"record", "result", "end", "?"};
    VerilatedContext context;
    Vtop top{&context};
    for (int half = 0; half < 8; half++) {
        top.rst = 1;
        top.clk = half & 1;
        top.eval();
    }
    top.rst = 0;
    for (unsigned long cycle = 0; cycle < LIMIT; cycle++) {
        top.clk = 0;
        top.eval();
        if (top.call_taken)
            std::printf("call %lu\n", cycle);
        if (top.report_valid)
            std::printf("%s %08x\n", channels[top.report_channel], top.report);
        if (top.report_valid && top.report_channel == END)
            return 0;
        if (top.trap) {
            std::fprintf(stderr, "the core has trapped\n");
            return 1;
        }
        top.clk = 1;
        top.eval();
    }
    std::fprintf(stderr, "no end after %lu cycles\n", LIMIT);
    return 1;
}
