@NullMarked
package io.diffusion4j.data.files;

import org.jspecify.annotations.NullMarked;
