/**
 * What a server reports about its work: calls, the queue, batches, steps.
 *
 * <p>Implement {@link io.diffusion4j.serving.events.ServingListener} for metrics or alerts and bind
 * it in the set of listeners; {@link io.diffusion4j.serving.events.Listeners} notifies all of them
 * and logs the exceptions of any. {@link io.diffusion4j.serving.events.AccessLog} writes one line
 * per call.
 */
@NullMarked
package io.diffusion4j.serving.events;

import org.jspecify.annotations.NullMarked;
