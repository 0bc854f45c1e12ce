import { createTopics } from '../../protocol/apis/create-topics.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(createTopics)
