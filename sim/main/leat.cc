// The shipped program: the command line with the shipped C++ jobs.
#include "sim/cli/jobs/jobs.h"
#include "sim/cli/leat_main.h"

// Read by jemalloc, where the program is linked with it: memory that was freed goes back almost
// at once, so that the peak says how much state was open and not how much was freed of late.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "dirty_decay_ms:20,muzzy_decay_ms:0";
}

int main(int argc, char** argv) { return leat::main(argc, argv, leat::shipped_jobs()); }
