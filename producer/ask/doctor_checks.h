/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_DOCTOR_CHECKS_H
#define SKEP_PRODUCER_DOCTOR_CHECKS_H

#include "producer/ask/doctor.h"

/* The checks themselves. Each fills its verdict, and keeps in the doctor what later ones rest on. */

/* doctor_line.c: the way to the server */
void skep_doctor_look_name(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_connect(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_tls(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_auth(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);

/* doctor_rights.c: what its user may do */
void skep_doctor_look_rights(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);

/* doctor_server.c: what the server is. Those below only judge the facts. */
void skep_doctor_look_version(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_master(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_persistence(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_memory(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_eviction(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_clients(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_latency(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_clock(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);

/* doctor_queue.c: who works, and what is wrong with the queue */
void skep_doctor_look_workers(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_queue(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);

/* doctor_here.c: this machine */
void skep_doctor_look_private(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_roots(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_disk(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_limits(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);
void skep_doctor_look_cores(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);

#endif
