/** The bounded queue of jobs, and the jobs themselves. */
@NullMarked
package io.diffusion4j.serving.jobs;

import org.jspecify.annotations.NullMarked;
