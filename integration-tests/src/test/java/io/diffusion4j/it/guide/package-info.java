/** The code that the guide shows ({@code docs/guide}), and a test that runs it. */
@NullMarked
package io.diffusion4j.it.guide;

import org.jspecify.annotations.NullMarked;
