#!/bin/sh
#SBATCH --job-name=leat
#SBATCH --array=1-64
#SBATCH --cpus-per-task=2
#SBATCH --requeue
# Each task of the array is a shard; afterwards: ./leat merge part-*.jsonl
./leat explore scenarios/ --generate --runs 1000000 --jobs 2 \
  --shard "$SLURM_ARRAY_TASK_ID/64" --out "part-$SLURM_ARRAY_TASK_ID.jsonl"
