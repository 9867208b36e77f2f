/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_BENEATH_H
#define SKEP_NPY_BENEATH_H

/* How a path is held below a folder. */
enum skep_beneath_way {
    SKEP_BENEATH_AUTO, /* openat2 with RESOLVE_BENEATH; WALK where the kernel or a sandbox does not have it */
    SKEP_BENEATH_WALK, /* component by component, in this process */
};

/* Open PATH, which is relative, below FOLDER_FD. Links and `..` are followed as long as they stay below; an
 * absolute path, an absolute link, and a step above FOLDER_FD are refused, even if they would come back.
 * FLAGS as for open(2), without O_CREAT and O_NOFOLLOW; O_CLOEXEC is added. Returns the descriptor, or -1
 * with errno as open(2) sets it; EXDEV: it leaves the folder, ELOOP: too many links. */
int skep_beneath_open(int folder_fd, const char *path, int flags, enum skep_beneath_way way);

#endif
