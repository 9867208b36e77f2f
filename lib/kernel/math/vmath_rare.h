/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_VMATH_RARE_H
#define SKEP_KERNEL_MATH_VMATH_RARE_H

/* The arguments that vector code leaves out, one by one: infinities, NaN, denormals and what gives them,
 * poles, arguments outside the domain, large angles. Right for every argument that the functions on lanes do
 * not call usual, and meant for no other. */
double skep_vmath_rare_exp(double x);
double skep_vmath_rare_expm1(double x);
double skep_vmath_rare_log(double x);
double skep_vmath_rare_log1p(double x);
double skep_vmath_rare_log2(double x);
double skep_vmath_rare_log10(double x);
double skep_vmath_rare_sin(double x);
double skep_vmath_rare_cos(double x);
double skep_vmath_rare_tan(double x);
double skep_vmath_rare_arcsin(double x);
double skep_vmath_rare_arccos(double x);
double skep_vmath_rare_arctan(double x);
double skep_vmath_rare_sinh(double x);
double skep_vmath_rare_cosh(double x);
double skep_vmath_rare_tanh(double x);
double skep_vmath_rare_arctan2(double y, double x);
double skep_vmath_rare_pow(double x, double y);

#endif
