/**
 * Model folders of this machine, served in the process of an application: {@link
 * io.diffusion4j.local.LocalGeneration}.
 */
@NullMarked
package io.diffusion4j.local;

import org.jspecify.annotations.NullMarked;
