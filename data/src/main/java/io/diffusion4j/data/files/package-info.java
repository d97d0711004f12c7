/** Readers of the pictures that people have: folders, lists and tar shards. */
@NullMarked
package io.diffusion4j.data.files;

import org.jspecify.annotations.NullMarked;
