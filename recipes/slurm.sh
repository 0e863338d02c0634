#!/bin/bash
# Pretrain and fine-tune on several machines under Slurm: `sbatch recipes/slurm.sh` in the project's folder, after the
# stages before them. All machines must see the folder at the same path. Sizes below: yours. See docs/scaling.md.
#SBATCH --job-name=llmpipe
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1       # torchrun starts a process for each GPU
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=64
#SBATCH --exclusive
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@300         # before the time is up: the step is finished and its checkpoint written
#SBATCH --requeue                 # after a machine has failed: goes on from the last checkpoint
#SBATCH --open-mode=append

set -euo pipefail

first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
export TORCH_ELASTIC_SHUTDOWN_TIMEOUT=240   # seconds for that step and checkpoint; torchrun's default is 30

for stage in pretrain finetune; do
  srun --kill-on-bad-exit=1 "${PYTHON:-.venv/bin/python}" -m torch.distributed.run \
    --nnodes="$SLURM_NNODES" --nproc-per-node="${PROCESSES:-gpu}" --max-restarts=2 \
    --rdzv-backend=c10d --rdzv-endpoint="$first:29500" --rdzv-id="$SLURM_JOB_ID-$stage" \
    -m llmpipe "$stage"
done
