/**
 * What the machine gives, as fractions of what it could give: one program measures the peak and
 * everything else in the same run, and another how many steps samplers need.
 */
@NullMarked
package io.diffusion4j.benchmarks;

import org.jspecify.annotations.NullMarked;
