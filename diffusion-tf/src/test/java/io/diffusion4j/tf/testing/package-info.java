/** What tests of networks share: golden values made by the reference implementations. */
@NullMarked
package io.diffusion4j.tf.testing;

import org.jspecify.annotations.NullMarked;
