#include "payments_jobs.h"
#include "sim/cli/leat_main.h"

int main(int argc, char** argv) { return leat::main(argc, argv, payment_jobs()); }
