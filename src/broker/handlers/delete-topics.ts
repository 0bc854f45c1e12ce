import { deleteTopics } from '../../protocol/apis/delete-topics.ts'
import { forwarded } from './forwarded.ts'

export default forwarded(deleteTopics)
