@NullMarked
package io.diffusion4j.serving.jobs;

import org.jspecify.annotations.NullMarked;
