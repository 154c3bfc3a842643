// The shipped program: the command line with the shipped C++ jobs.
#include "sim/cli/jobs/jobs.h"
#include "sim/cli/leat_main.h"

int main(int argc, char** argv) { return leat::main(argc, argv, leat::shipped_jobs()); }
