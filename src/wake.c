/*
 * wake.c: how a commit wakes the worker
 *
 * In shared memory each worker has a slot that tells how long it sleeps. A
 * transaction that schedules something earlier than that sets its latch, once
 * it has committed: before, the worker would not see what it is woken for.
 */
#include "wake.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#define SLOTS_NAME "reportlink workers"

typedef struct WorkerSlot
{
	Oid database; /* InvalidOid: free */
	Latch *latch;
	TimestampTz sleeps_until; /* DT_NOEND: wake it for anything */
} WorkerSlot;

typedef struct WorkerSlots
{
	LWLock *lock;
	int count;
	WorkerSlot slots[FLEXIBLE_ARRAY_MEMBER];
} WorkerSlots;

/* NULL: the library was not preloaded, so there are no workers */
static WorkerSlots *rl_slots = NULL;

/* of this worker */
static WorkerSlot *rl_my_slot = NULL;

/* the earliest thing that this transaction has scheduled; DT_NOEND: nothing */
static TimestampTz rl_scheduled = DT_NOEND;

static shmem_request_hook_type rl_next_request_hook = NULL;
static shmem_startup_hook_type rl_next_startup_hook = NULL;

/* No more workers than the server lets run can need a slot */
static Size
rl_slots_size(void)
{
	return add_size(offsetof(WorkerSlots, slots),
					mul_size(max_worker_processes, sizeof(WorkerSlot)));
}

static void
rl_request_shmem(void)
{
	if (rl_next_request_hook)
		rl_next_request_hook();
	RequestAddinShmemSpace(rl_slots_size());
	RequestNamedLWLockTranche(SLOTS_NAME, 1);
}

static void
rl_startup_shmem(void)
{
	bool found;

	if (rl_next_startup_hook)
		rl_next_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	rl_slots = ShmemInitStruct(SLOTS_NAME, rl_slots_size(), &found);
	if (!found)
	{
		memset(rl_slots, 0, rl_slots_size());
		rl_slots->lock = &GetNamedLWLockTranche(SLOTS_NAME)->lock;
		rl_slots->count = max_worker_processes;
	}
	LWLockRelease(AddinShmemInitLock);
}

/* Wakes the worker of this database, if it would sleep past what was scheduled */
static void
rl_at_end_of_transaction(XactEvent event, void *arg)
{
	TimestampTz scheduled = rl_scheduled;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	rl_scheduled = DT_NOEND;
	if (scheduled == DT_NOEND || event != XACT_EVENT_COMMIT)
		return;
	LWLockAcquire(rl_slots->lock, LW_SHARED);
	for (int i = 0; i < rl_slots->count; i++)
	{
		WorkerSlot *slot = &rl_slots->slots[i];

		if (slot->database == MyDatabaseId && scheduled < slot->sleeps_until)
			SetLatch(slot->latch);
	}
	LWLockRelease(rl_slots->lock);
}

/* While the library is preloaded: asks for the shared memory */
void
reportlink_request_slots(void)
{
	rl_next_request_hook = shmem_request_hook;
	shmem_request_hook = rl_request_shmem;
	rl_next_startup_hook = shmem_startup_hook;
	shmem_startup_hook = rl_startup_shmem;
	RegisterXactCallback(rl_at_end_of_transaction, NULL);
}

/*
 * Something is scheduled for that time: the worker of this database is to know
 * when the transaction has committed. Without worker nothing happens; after
 * COMMIT PREPARED it finds out by itself, within reportlink.worker_naptime.
 */
void
reportlink_wake_worker(TimestampTz at)
{
	if (rl_slots != NULL)
		rl_scheduled = Min(rl_scheduled, at);
}

static void
rl_free_slot(int code, Datum arg)
{
	LWLockAcquire(rl_slots->lock, LW_EXCLUSIVE);
	rl_my_slot->database = InvalidOid;
	rl_my_slot->latch = NULL;
	LWLockRelease(rl_slots->lock);
}

/* Does a worker of that database run? */
bool
reportlink_has_worker(Oid database)
{
	bool found = false;

	LWLockAcquire(rl_slots->lock, LW_SHARED);
	for (int i = 0; i < rl_slots->count; i++)
		found |= rl_slots->slots[i].database == database;
	LWLockRelease(rl_slots->lock);
	return found;
}

/* Takes a slot for the worker of this database, until it ends; false when it has one already */
bool
reportlink_take_slot(void)
{
	WorkerSlot *free_slot = NULL;
	bool taken = false;

	LWLockAcquire(rl_slots->lock, LW_EXCLUSIVE);
	for (int i = 0; i < rl_slots->count; i++)
	{
		WorkerSlot *slot = &rl_slots->slots[i];

		if (slot->database == MyDatabaseId)
			taken = true;
		else if (!OidIsValid(slot->database))
			free_slot = slot;
	}
	if (!taken && free_slot != NULL)
	{
		*free_slot = (WorkerSlot){MyDatabaseId, &MyProc->procLatch, DT_NOEND};
		rl_my_slot = free_slot;
	}
	LWLockRelease(rl_slots->lock);
	if (rl_my_slot == NULL)
		return false;
	before_shmem_exit(rl_free_slot, (Datum) 0);
	return true;
}

/*
 * How long the worker will sleep. Before it looks what is due it must be
 * DT_NOEND: whatever is committed while it looks, and it may miss, wakes it.
 */
void
reportlink_sleeps_until(TimestampTz until)
{
	LWLockAcquire(rl_slots->lock, LW_EXCLUSIVE);
	rl_my_slot->sleeps_until = until;
	LWLockRelease(rl_slots->lock);
}
