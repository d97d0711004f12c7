@NullMarked
package io.diffusion4j.plots.command;

import org.jspecify.annotations.NullMarked;
