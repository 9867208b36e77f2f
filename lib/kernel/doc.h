/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DOC_H
#define SKEP_KERNEL_DOC_H

#include "base/buf.h"
#include "kernel/kernel.h"

/* Print the documentation of a kernel from its row. Whether it fitted is skep_buf_failed's to say. */
void skep_kernel_doc_text(struct skep_buf *buf, const struct skep_kernel *kernel); /* for a terminal */
void skep_kernel_doc_markdown(struct skep_buf *buf,
                              const struct skep_kernel *kernel); /* for docs/kernels.md */

#endif
