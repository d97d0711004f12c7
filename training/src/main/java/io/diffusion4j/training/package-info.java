/** Recipes that train the parts of unCLIP, on any data set and at any sizes. */
@NullMarked
package io.diffusion4j.training;

import org.jspecify.annotations.NullMarked;
