/** What a server reports about its work: calls, the queue, batches, steps. */
@NullMarked
package io.diffusion4j.serving.events;

import org.jspecify.annotations.NullMarked;
