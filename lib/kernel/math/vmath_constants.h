/* SPDX-License-Identifier: MIT */
/* Printed by ops/vmath-constants: change that, not this. The polynomials are highest coefficient first. */
#ifndef SKEP_KERNEL_MATH_VMATH_CONSTANTS_H
#define SKEP_KERNEL_MATH_VMATH_CONSTANTS_H

#include <stdint.h>

/* ---- e^x ---- */

#define VM_EXP_STEPS     0x1.71547652b82fep+4  /* 16/log 2 */
#define VM_EXP_STEP      0x1.62e42fefa39efp-5  /* log 2/16 */
#define VM_EXP_STEP_REST 0x1.abc9e3b39803fp-60 /* and what it lacks */

/* The bits of 2^(j/16) less j 2^48, so that adding n 2^48 for n = 16 k + j gives those of 2^(n/16). */
static const uint64_t vm_exp_table[16] = {
    0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238,
    0x3fef06fe0a31b715, 0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429,
    0x3feea09e667f3bcd, 0x3feea11473eb0187, 0x3feeace5422aa0db, 0x3feec49182a3f090,
    0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487, 0x3fefa4afa2a490da};

/* What the doubles of 2^(j/16) lack, relative to them. */
static const double vm_exp_lack[16] = {0x0.0p+0,
                                       0x1.79aa65d837b6dp-54,
                                       -0x1.01b15eaa59348p-55,
                                       0x1.68efde3a8a894p-54,
                                       0x1.34d754db0abb6p-55,
                                       0x1.59f48a72a4c6dp-55,
                                       0x1.690cebb7aafb0p-56,
                                       0x1.063e1e21c5409p-54,
                                       -0x1.3b3efbf5e2228p-54,
                                       -0x1.b32dcb94da51dp-56,
                                       0x1.db72fc1f0eab4p-55,
                                       0x1.1affc2b91ce27p-56,
                                       0x1.c1a7792cb3387p-55,
                                       0x1.36eae30af0cb3p-56,
                                       0x1.4a385a63d07a7p-56,
                                       -0x1.ff7128fd391f0p-55};

/* (e^r - 1 - r)/r^2, for e^x itself, on [-0.021663, 0.021663] */
static const double vm_exp_short[5] = {0x1.6c17bb5ebddb4p-10, 0x1.11120b03cd855p-7, 0x1.555555551946fp-5,
                                       0x1.55555554dd388p-3, 0x1.0000000000000p-1};

/* the same, closer, on [-0.021663, 0.021663] */
static const double vm_exp_poly[6] = {0x1.a01b0c3c80bbcp-13, 0x1.6c17ed5c1f49ep-10, 0x1.11111110e1059p-7,
                                      0x1.55555554e93b7p-5,  0x1.5555555555556p-3,  0x1.0000000000001p-1};

/* ---- logarithms ---- */

#define VM_LN2         0x1.62e42fefa3800p-1   /* log 2, a multiple of 2^-42 */
#define VM_LN2_REST    0x1.ef35793c76730p-45  /* and what it lacks */
#define VM_LG2         0x1.34413509f8000p-2   /* log10 2, a multiple of 2^-42 */
#define VM_LG2_REST    -0x1.80433b83b532ap-44 /* and what it lacks */
#define VM_LOG2E       0x1.71547652b82fep+0   /* 1/log 2 */
#define VM_LOG2E_REST  0x1.777d0ffda0d24p-56  /* and what it lacks */
#define VM_LOG10E      0x1.bcb7b1526e50ep-2   /* 1/log 10 */
#define VM_LOG10E_REST 0x1.95355baaafad3p-57  /* and what it lacks */

/* 1/c: c is near the middle of interval i */
static const double vm_log_inverse[16] = {
    0x1.555463fa146cap+0, 0x1.47ad2cc8aafffp+0, 0x1.3b12d2708d98bp+0, 0x1.2f67754d73954p+0,
    0x1.24917a44dd62ap+0, 0x1.1a7ace52ad338p+0, 0x1.11104ffd2cd19p+0, 0x1.05c1807db9b27p+0,
    0x1.0000000000000p+0, 0x1.e1e08d22efe54p-1, 0x1.c71b2ffb1e90dp-1, 0x1.af273ae974e53p-1,
    0x1.999877f5f4555p-1, 0x1.86174db18d175p-1, 0x1.745c0ffab2834p-1, 0x1.642b89b5b37b3p-1};

/* log c, right to 5.5e-20 */
static const double vm_log_table[16] = {-0x1.26934d008b000p-2, -0x1.f98c1eaf68000p-3, -0x1.a9392ba246000p-3,
                                        -0x1.5bee5e7e10000p-3, -0x1.117340028c000p-3, -0x1.932a958064000p-4,
                                        -0x1.084e3b2b84000p-4, -0x1.6c4b972600000p-6, 0x0.0p+0,
                                        0x1.f0b9acb728000p-5,  0x1.e27bc7129c000p-4,  0x1.5ff8af378e000p-3,
                                        0x1.c90524ade4000p-3,  0x1.16789ec9a8000p-2,  0x1.461b90315b000p-2,
                                        0x1.73a0538259000p-2};

/* What vm_log_table lacks, for pow. */
static const double vm_log_lack[16] = {-0x1.858f4b6dc6358p-66, 0x1.16ba8f7849bffp-66,  -0x1.48a2979acb86fp-67,
                                       -0x1.8f537ef55d6d9p-67, -0x1.574ca937e4203p-66, -0x1.d382d7cc400f2p-70,
                                       0x1.cea4f264865c0p-68,  -0x1.01b1dd95ed557p-64, 0x0.0p+0,
                                       -0x1.d5c5c5766720fp-68, 0x1.59ad6a33a4bd7p-67,  0x1.2d939a92681a8p-65,
                                       0x1.93ab372f6458dp-70,  0x1.6fece7e6c0e16p-66,  0x1.b26ad5894ffd7p-69,
                                       0x1.0d7cef0891cc7p-65};

/* 1/c: c is near the middle of interval i */
static const double vm_log2_inverse[16] = {
    0x1.555463fb46c1ep+0, 0x1.47ad2cc62c49fp+0, 0x1.3b12d26f6140bp+0, 0x1.2f677550ebc2bp+0,
    0x1.24917a42c6b2ap+0, 0x1.1a7ace53f173dp+0, 0x1.11104ffa2ab14p+0, 0x1.05c1807e9791cp+0,
    0x1.0000000000000p+0, 0x1.e1e08d209ac90p-1, 0x1.c71b2ff62c3d2p-1, 0x1.af273ae995cf9p-1,
    0x1.999877f9ef422p-1, 0x1.86174daf3ad75p-1, 0x1.745c0ff86ddbfp-1, 0x1.642b89b6c05ddp-1};

/* log2 c, right to 1.3e-19 */
static const double vm_log2_table[16] = {-0x1.a8fb827f4f000p-2, -0x1.6cace1e42c000p-2, -0x1.32bbd992fc000p-2,
                                         -0x1.f5f5615ccc000p-3, -0x1.8a81576310000p-3, -0x1.22d2b2f4c2000p-3,
                                         -0x1.7d4ff6dd80000p-4, -0x1.06c8932d18000p-5, 0x0.0p+0,
                                         0x1.664fc257fc000p-4,  0x1.5c09cce82a000p-3,  0x1.fbc994d60c000p-3,
                                         0x1.49ab995702000p-2,  0x1.91bfbd3324000p-2,  0x1.d67952a588000p-2,
                                         0x1.0c125a5cf4800p-1};

/* 1/c: c is near the middle of interval i */
static const double vm_log10_inverse[16] = {
    0x1.555463f186ea2p+0, 0x1.47ad2cc7b288bp+0, 0x1.3b12d276e93adp+0, 0x1.2f67754abf275p+0,
    0x1.24917a48b4326p+0, 0x1.1a7ace4fc9e1fp+0, 0x1.11104ff803ce1p+0, 0x1.05c18082afd3dp+0,
    0x1.0000000000000p+0, 0x1.e1e08d1faaec5p-1, 0x1.c71b2ff0d4c2cp-1, 0x1.af273af21d592p-1,
    0x1.999877f68877ap-1, 0x1.86174da88d344p-1, 0x1.745c0ffc4801ap-1, 0x1.642b89bd5802ep-1};

/* log10 c, right to 1.8e-20 */
static const double vm_log10_table[16] = {-0x1.ffbad8b71c000p-4, -0x1.b71ce34224000p-4, -0x1.7158232e70000p-4,
                                          -0x1.2e358a1428000p-4, -0x1.db0819fe98000p-5, -0x1.5e2f92da88000p-5,
                                          -0x1.cb25551880000p-6, -0x1.3c6c415000000p-7, 0x0.0p+0,
                                          0x1.af733a5c80000p-6,  0x1.a3147149b0000p-5,  0x1.31b7ef1738000p-4,
                                          0x1.8cf66d6ac0000p-4,  0x1.e3c104ab5c000p-4,  0x1.1b40e6d216000p-3,
                                          0x1.42ca5cda8e000p-3};

/* (log(1 + r) - r + r^2/2)/r^3, on [-0.030303, 0.0319] */
static const double vm_log_poly[8] = {-0x1.97e2acaeba4b2p-4, 0x1.c7d31a000fe5dp-4,  -0x1.000063697068dp-3,
                                      0x1.24923b1e088a8p-3,  -0x1.5555554a688bap-3, 0x1.9999999a4a7aap-3,
                                      -0x1.000000000023fp-2, 0x1.555555555554ap-2};

/* the same, closer, on [-0.030303, 0.0319] */
static const double vm_pow_poly[10] = {-0x1.5387a7ac3e547p-4, 0x1.751dd11f31f4bp-4,  -0x1.999aaf406d1a0p-4,
                                       0x1.c71c48731010cp-4,  -0x1.ffffffd02b164p-4, 0x1.2492492662687p-3,
                                       -0x1.5555555556c9ap-3, 0x1.99999999998b5p-3,  -0x1.0000000000000p-2,
                                       0x1.5555555555555p-2};

/* ---- sine, cosine, tangent ---- */

#define VM_TURN_STEPS  0x1.45f306dc9c883p+2  /* 16/pi */
#define VM_TURN_1      0x1.921fb54442d18p-3  /* pi/16, first part */
#define VM_TURN_2      0x1.1a62633000000p-57 /* second part, of 30 bits */
#define VM_TURN_3      0x1.45c06e0e68948p-89 /* third part */
#define VM_TURN_REST   0x1.1a62633145c07p-57 /* the second and third as one double */
#define VM_HALF_TURNS  0x1.45f306dc9c883p-2  /* 1/pi */
#define VM_HALF_TURN_1 0x1.921fb54442d18p+1  /* pi, first part */
#define VM_HALF_TURN_2 0x1.1a62633000000p-53 /* second part, of 30 bits */
#define VM_HALF_TURN_3 0x1.45c06e0e68948p-85 /* third part */

/* sin(j pi/16) */
static const double vm_sin_table[16] = {0x0.0p+0,
                                        0x1.8f8b83c69a60bp-3,
                                        0x1.87de2a6aea963p-2,
                                        0x1.1c73b39ae68c8p-1,
                                        0x1.6a09e667f3bcdp-1,
                                        0x1.a9b66290ea1a3p-1,
                                        0x1.d906bcf328d46p-1,
                                        0x1.f6297cff75cb0p-1,
                                        0x1.0000000000000p+0,
                                        0x1.f6297cff75cb0p-1,
                                        0x1.d906bcf328d46p-1,
                                        0x1.a9b66290ea1a3p-1,
                                        0x1.6a09e667f3bcdp-1,
                                        0x1.1c73b39ae68c8p-1,
                                        0x1.87de2a6aea963p-2,
                                        0x1.8f8b83c69a60bp-3};

/* and what these doubles lack */
static const double vm_sin_lack[16] = {0x0.0p+0,
                                       -0x1.26d19b9ff8d82p-57,
                                       -0x1.72cedd3d5a610p-57,
                                       0x1.b25dd267f6600p-55,
                                       -0x1.bdd3413b26456p-55,
                                       0x1.9f630e8b6dac8p-60,
                                       0x1.457e610231ac2p-56,
                                       0x1.562172a361fd3p-56,
                                       0x0.0p+0,
                                       0x1.562172a361fd3p-56,
                                       0x1.457e610231ac2p-56,
                                       0x1.9f630e8b6dac8p-60,
                                       -0x1.bdd3413b26456p-55,
                                       0x1.b25dd267f6600p-55,
                                       -0x1.72cedd3d5a610p-57,
                                       -0x1.26d19b9ff8d82p-57};

/* cos(j pi/16) */
static const double vm_cos_table[16] = {0x1.0000000000000p+0,  0x1.f6297cff75cb0p-1,  0x1.d906bcf328d46p-1,
                                        0x1.a9b66290ea1a3p-1,  0x1.6a09e667f3bcdp-1,  0x1.1c73b39ae68c8p-1,
                                        0x1.87de2a6aea963p-2,  0x1.8f8b83c69a60bp-3,  0x0.0p+0,
                                        -0x1.8f8b83c69a60bp-3, -0x1.87de2a6aea963p-2, -0x1.1c73b39ae68c8p-1,
                                        -0x1.6a09e667f3bcdp-1, -0x1.a9b66290ea1a3p-1, -0x1.d906bcf328d46p-1,
                                        -0x1.f6297cff75cb0p-1};

/* and what these doubles lack */
static const double vm_cos_lack[16] = {0x0.0p+0,
                                       0x1.562172a361fd3p-56,
                                       0x1.457e610231ac2p-56,
                                       0x1.9f630e8b6dac8p-60,
                                       -0x1.bdd3413b26456p-55,
                                       0x1.b25dd267f6600p-55,
                                       -0x1.72cedd3d5a610p-57,
                                       -0x1.26d19b9ff8d82p-57,
                                       0x0.0p+0,
                                       0x1.26d19b9ff8d82p-57,
                                       0x1.72cedd3d5a610p-57,
                                       -0x1.b25dd267f6600p-55,
                                       0x1.bdd3413b26456p-55,
                                       -0x1.9f630e8b6dac8p-60,
                                       -0x1.457e610231ac2p-56,
                                       -0x1.562172a361fd3p-56};

/* (sin r - r)/r^3 in r^2, on [0, 0.0096402] */
static const double vm_sin_poly[4] = {0x1.71cda20bfd969p-19, -0x1.a01a0139b7e26p-13, 0x1.111111111046fp-7,
                                      -0x1.5555555555555p-3};

/* (cos r - 1 + r^2/2)/r^4 in r^2, on [0, 0.0096402] */
static const double vm_cos_poly[3] = {0x1.a008e491392d1p-16, -0x1.6c16c12cbd264p-10, 0x1.55555555550fep-5};
#define VM_SIN_THIRD -0x1.5555555555555p-3 /* the coefficient of r^3; the others make up for its rounding */

/* (sin r - r + r^3/6)/r^5 in r^2, on [0.0625, 2.4676] */
static const double vm_half_turn_poly[7] = {
    0x1.85e8feebddbd4p-49, -0x1.ae2f9b90ba326p-41, 0x1.61238907789c0p-33, -0x1.ae6453eedb500p-26,
    0x1.71de3a51162c8p-19, -0x1.a01a01a01261dp-13, 0x1.11111111110b3p-7};

/* The first 1344 bits of 1/(2 pi) after the point. */
static const uint64_t vm_turn_bits[21] = {
    0x28be60db9391054a, 0x7f09d5f47d4d3770, 0x36d8a5664f10e410, 0x7f9458eaf7aef158, 0x6dc91b8e909374b8,
    0x01924bba82746487, 0x3f877ac72c4a69cf, 0xba208d7d4baed121, 0x3a671c09ad17df90, 0x4e64758e60d4ce7d,
    0x272117e2ef7e4a0e, 0xc7fe25fff7816603, 0xfbcbc462d6829b47, 0xdb4d9fb3c9f2c26d, 0xd3d18fd9a797fa8b,
    0x5d49eeb1faf97c5e, 0xcf41ce7de294a4ba, 0x9afed7ec47e35742, 0x1580cc11bf1edaea, 0xfc33ef0826bd0d87,
    0x6a78e45857b986c2};

/* ---- inverse functions ---- */

#define VM_PIO2      0x1.921fb54442d18p+0  /* pi/2 */
#define VM_PIO2_REST 0x1.1a62633145c07p-54 /* and what it lacks */

/* (arcsin s - s)/s^3 in s^2, on [0, 0.25] */
static const double vm_arcsin_poly[12] = {0x1.cd864394d2ff2p-6, -0x1.603991d6060e0p-7, 0x1.06b9d26d10838p-6,
                                          0x1.ff5fc4d14c735p-8, 0x1.8522ddffa6208p-7,  0x1.c87265d47ef49p-7,
                                          0x1.1c593c7b1d958p-6, 0x1.6e8b2b3b10be4p-6,  0x1.f1c71f95269afp-6,
                                          0x1.6db6db684b6a1p-5, 0x1.3333333336da5p-4,  0x1.555555555554fp-3};

/* (arctan s - s)/s^3 in s^2, on [0, 1] */
static const double vm_arctan_poly[20] = {
    0x1.2f07811f9f6e9p-16, -0x1.a359b96a4eee4p-13, 0x1.1325b2f8964bep-10, -0x1.ca3677db66678p-9,
    0x1.123baedb61abdp-7,  -0x1.fd0e4de8fed90p-7,  0x1.843f4bca23369p-6,  -0x1.00390504e9f2fp-5,
    0x1.3328700bb8169p-5,  -0x1.5d02278205cc7p-5,  0x1.841dcf603a209p-5,  -0x1.aebbb1647a168p-5,
    0x1.e1d0239d392a6p-5,  -0x1.110fff599e4d2p-4,  0x1.3b1399d1dcdc7p-4,  -0x1.745d15ee35819p-4,
    0x1.c71c71bb00a6cp-4,  -0x1.24924924753ecp-3,  0x1.9999999999620p-3,  -0x1.5555555555555p-2};

#endif
